import { randomInt } from 'node:crypto';
import { ALPHABET, RUN_ID_BYTES } from '../codec/header.ts';

/** Draws an id for a run, which tells its messages from those of another run at the same server. */
export const newRunId = (): string =>
  Array.from({ length: RUN_ID_BYTES }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** Seed of the filler of a run's messages, different for each of its trials and probes. */
export function fillerSeed(runId: string, ...parts: readonly number[]): number {
  const digits = Array.from(runId, (digit) => ALPHABET.indexOf(digit));
  return [...digits, ...parts].reduce((seed, part) => Math.imul(seed ^ part, 0x0100_0193), 0x811c_9dc5 | 0);
}
