import { readFileSync } from 'node:fs';
import { SETTINGS } from '../plan/options.ts';
import { type Given, suggestion } from '../plan/readers.ts';
import type { Setting } from '../plan/settings.ts';
import { whyNot } from '../results/file.ts';
import { decodeText } from '../results/text.ts';
import type { Io } from './io.ts';

/** Reads a configuration file: a JSON object with names of `run`'s settings and their values or lists of values. */
export function readConfig(
  path: string,
  { resolve }: Pick<Io, 'resolve'>,
): { given: Partial<Record<Setting, Given>>; problems: string[] } {
  let document: unknown;
  try {
    document = JSON.parse(decodeText(readFileSync(resolve(path))));
  } catch (error) {
    const why = error instanceof SyntaxError ? `is not JSON: ${error.message}` : `cannot be read: ${whyNot(error)}`;
    return { given: {}, problems: [`--config ${path} ${why}`] };
  }
  if (document === null || typeof document !== 'object' || Array.isArray(document)) {
    return { given: {}, problems: [`--config ${path} holds no object; write {"transports": ["ws"], "rate": 1000}`] };
  }
  const given: Partial<Record<Setting, Given>> = {};
  const problems: string[] = [];
  for (const [key, value] of Object.entries(document)) {
    const setting = SETTINGS.find((name) => name === key);
    if (setting === undefined) problems.push(`${path}: unknown key "${key}"${suggestion(key, SETTINGS)}`);
    else given[setting] = { value, where: `${setting} in ${path}` };
  }
  return { given, problems };
}
