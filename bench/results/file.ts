import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type Results, resultsSchema, SCHEMA } from './schema.ts';

/** The file is not results this version can read; the message says what to do. */
export class UnreadableResults extends Error {}

/** Writes whole or not at all: a crash leaves the earlier file as it was. */
export function writeResults(path: string, results: Results): void {
  writeWhole(path, formatResults(results));
}

/** The results document as it is stored and printed. */
export function formatResults(results: Results): string {
  return `${JSON.stringify(results, null, 2)}\n`;
}

/** Throws `UnreadableResults` when the file is missing, not JSON, of another major version, or incomplete. */
export function readResults(path: string): Results {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UnreadableResults(`cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
  return parseResults(text, path);
}

export function parseResults(text: string, name: string): Results {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new UnreadableResults(`${name} is not JSON; give the results.json that a run wrote`);
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
  const parsed = resultsSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 5).map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new UnreadableResults([`${name} does not keep to ${SCHEMA}:`, ...issues].join('\n'));
}

/** Writes beside the target and renames over it. */
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
