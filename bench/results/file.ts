import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorText } from '../error-text.ts';
import { damagesIn, damageText, lacksHistograms } from './damage.ts';
import { decodeHistogram } from './decode.ts';
import { withoutNewer } from './newer.ts';
import { type Results, resultsSchema, SCHEMA } from './schema.ts';
import { decodeText, notJson } from './text.ts';
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
  return readHashedResults(path, name).results;
}

/** Reads as `readResults` does, and hashes the bytes that were read: a pipe can be read only once. */
export function readHashedResults(path: string, name = path): { results: Results; sha256: string } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UnreadableResults(`cannot read ${name}: ${whyNot(error)}`);
  }
  return { results: parseResults(decodeText(bytes), name), sha256: createHash('sha256').update(bytes).digest('hex') };
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
  if (parsed.success) {
    const results = upgrade(parsed.data);
    if (lacksHistograms(results))
      throw new UnreadableResults(
        `${name} has no histograms: a page carries its run without them, and figures are computed from them. Give the results.json that the run wrote.`,
      );
    const damages = damagesIn(results, decodeHistogram);
    if (damages.length > 0) throw new UnreadableResults(damageText(name, damages));
    return results;
  }
  const issues = parsed.error.issues.slice(0, 5).map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new UnreadableResults([`${name} does not match schema ${SCHEMA}:`, ...issues].join('\n'));
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
  ENXIO: 'it is a socket, or a pipe that nobody reads; put | cat between the two programs',
  ENAMETOOLONG: 'its name is too long',
};

export function whyNot(error: unknown, otherwise: Readonly<Record<string, string>> = {}): string {
  const refusals = { ...REFUSALS, ...otherwise };
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (Object.hasOwn(refusals, code)) return refusals[code] ?? code;
  return errorText(error);
}

/**
 * Writes a file atomically: beside the target, which it then replaces. The target of a link is replaced, not the link; mode and
 * owner stay. A device, a pipe, and a file with several names are written into.
 *
 * @param mode permissions of a new file
 */
export function writeWhole(path: string, text: string | Uint8Array, mode = 0o666): void {
  const before = statSync(path, { throwIfNoEntry: false });
  if (before !== undefined && (!before.isFile() || before.nlink > 1)) return writeFileSync(path, text);
  const target = targetOf(path);
  const temporary = `${target}.${process.pid}.partial`;
  try {
    writeFileSync(temporary, text, { mode });
    if (before !== undefined && !takesAfter(temporary, before)) {
      rmSync(temporary);
      return writeFileSync(target, text);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Gives a file the owner and the mode of another. False if only another user may do so. */
function takesAfter(path: string, { uid, gid, mode }: Stats): boolean {
  try {
    chownSync(path, uid, gid);
    chmodSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** Path that a path leads to through links; for a file that does not exist yet, where it will be. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // The file of a link may not exist yet.
    const link = readlink(path);
    return link === undefined ? path : targetOf(resolve(dirname(path), link));
  }
}

function readlink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
