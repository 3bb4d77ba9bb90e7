import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { errorText } from '../error-text.ts';
import { withoutNewer } from './newer.ts';
import { type Results, resultsSchema, SCHEMA } from './schema.ts';
import { upgrade } from './upgrade.ts';

/** Thrown for a file that this version cannot read as results; the message names the remedy. */
export class UnreadableResults extends Error {}

/** Writes results atomically: after a crash the earlier file is unchanged. */
export function writeResults(path: string, results: Results): void {
  writeWhole(path, formatResults(results));
}

/** Formats results as they are stored and printed. */
export function formatResults(results: Results): string {
  return `${JSON.stringify(results, null, 2)}\n`;
}

/**
 * Throws `UnreadableResults` when the file is missing, not JSON, of another major version, or incomplete.
 *
 * @param name the file in messages, where that is not its path
 */
export function readResults(path: string, name = path): Results {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UnreadableResults(`cannot read ${name}: ${whyNot(error)}`);
  }
  return parseResults(text, name);
}

/** Reads results of this version, of earlier ones, and as far as it can of later ones. Throws `UnreadableResults`. */
export function parseResults(text: string, name: string): Results {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new UnreadableResults(`${name} ${notJson(text)}; give the results.json that a run wrote`);
  }
  const version =
    document !== null && typeof document === 'object' && 'schema' in document ? document.schema : undefined;
  if (version !== SCHEMA) {
    throw new UnreadableResults(
      version === undefined
        ? `${name} does not hold Wirebench results; give the results.json that a run wrote`
        : `${name} has schema ${JSON.stringify(version)}, this version reads ${SCHEMA}; use the version that wrote it`,
    );
  }
  const parsed = resultsSchema.safeParse(withoutNewer(document));
  if (parsed.success) return upgrade(parsed.data);
  const issues = parsed.error.issues.slice(0, 5).map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new UnreadableResults([`${name} does not match schema ${SCHEMA}:`, ...issues].join('\n'));
}

/** Describes text that is not JSON; a truncated file is distinguished from any other. */
function notJson(text: string): string {
  const kept = text.trim();
  if (kept === '') return 'is empty';
  return kept.startsWith('{') && !kept.endsWith('}') ? 'ends in the middle' : 'is not JSON';
}

/** Words for the system's error codes, about a file that has been named already. */
const REFUSALS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'its folder is a file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'its name is too long',
};

export function whyNot(error: unknown, otherwise: Readonly<Record<string, string>> = {}): string {
  const refusals = { ...REFUSALS, ...otherwise };
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (Object.hasOwn(refusals, code)) return refusals[code] ?? code;
  return errorText(error);
}

/** Writes a file atomically: beside the target, which it then replaces. */
export function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.partial`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
