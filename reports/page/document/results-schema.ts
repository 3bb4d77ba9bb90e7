import { resultsJsonSchema as derived } from '../../../bench/results/json-schema.ts';
import type { JsonSchema } from '../live/compare/json-schema.ts';

/**
 * The schema of results as data: a page checks by it what is dropped on it. The library that defines it would be most of
 * what a report's script may weigh.
 */
export const resultsJsonSchema = (): JsonSchema => JSON.parse(JSON.stringify(derived()));
