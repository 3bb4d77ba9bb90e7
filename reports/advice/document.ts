import type { Advice } from './model.ts';

/** Schema id of the advice document. */
const ADVICE_SCHEMA = 'wirebench-advice/1';

export const adviceDocument = (advice: Advice): string =>
  `${JSON.stringify({ schema: ADVICE_SCHEMA, ...advice }, null, 2)}\n`;
