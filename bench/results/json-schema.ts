import { z } from 'zod';
import { resultsSchema } from './schema.ts';

/** The schema of results as JSON Schema: what a document has to keep to once cases of a newer version are set aside. */
export const resultsJsonSchema = () => z.toJSONSchema(resultsSchema, { io: 'input', reused: 'ref' });
