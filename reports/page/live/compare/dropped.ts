import { command } from '../../../../bench/results/command.ts';
import { withoutNewer } from '../../../../bench/results/newer.ts';
import type { Results } from '../../../../bench/results/schema.ts';
import { decodeText, isUnmarkedUtf16, notJson } from '../../../../bench/results/text.ts';
import { upgrade } from '../../../../bench/results/upgrade.ts';
import { ANALYSIS, RESULTS } from '../../document/embedded-data.ts';
import { decompressed } from '../embedded-data.ts';
import { type JsonSchema, misfits } from './json-schema.ts';

/** JSON Schema of results, inserted when the script is bundled. */
declare const RESULTS_JSON_SCHEMA: JsonSchema;
/** The bundler replaces each mention of the name above by a copy of the schema, so it is mentioned once. */
const SCHEMA: JsonSchema = RESULTS_JSON_SCHEMA;

/** Thrown for a file that this page cannot compare with; the message says which file to give instead. */
export class Unusable extends Error {}

export type Dropped = {
  readonly name: string;
  readonly results: Results;
  /** Analysis embedded in a report; not validated, and undefined for a results file. */
  readonly analysis: unknown;
};

const MEGABYTE = 1e6;
/** Size that a browser's memory can still handle; a run of 300 cases and seven trials has about 13 MB. */
const MAX_BYTES = 100 * MEGABYTE;

/** Reads a results.json, or a report and its embedded data. @throws Unusable */
export async function readDropped(file: File): Promise<Dropped> {
  const { name, size } = file;
  if (size > MAX_BYTES) {
    throw new Unusable(
      `${name} has ${Math.round(size / MEGABYTE)} MB, but this page reads at most ${MAX_BYTES / MEGABYTE} MB. ` +
        `If it is a run, compare in a terminal: ${command('npm run compare -- base.json new.json --out page.html')}`,
    );
  }
  const bytes = await file.arrayBuffer().catch(() => {
    throw new Unusable(`${name} cannot be read. If it is a folder, drop the results.json inside it.`);
  });
  const text = decodeText(new Uint8Array(bytes));
  if (!text.trimStart().startsWith('<') || isUnmarkedUtf16(text))
    return { name, results: resultsIn(text, name), analysis: undefined };
  const embedded = await embeddedIn(text, RESULTS, name);
  if (embedded === null) throw new Unusable(withoutRun(text, name));
  const analysis = await embeddedIn(text, ANALYSIS, name).catch(() => null);
  return { name, results: resultsIn(embedded, name), analysis: analysis === null ? undefined : parsed(analysis) };
}

const GIVE = 'Drop the results.json that a run wrote, or the report made from it.';

function withoutRun(text: string, name: string): string {
  return text.trimEnd().endsWith('</html>')
    ? `${name} is a page without an embedded run: it is no Wirebench report, compares two runs, or was made by an earlier version. Drop the results.json beside the report.`
    : `${name} is incomplete: the end of the report is missing. Copy it again, or drop here the results.json that lies beside it.`;
}

/** Data embedded in an element of a page; null if the page has no such element. */
async function embeddedIn(html: string, id: string, name: string): Promise<string | null> {
  const start = new RegExp(`<script\\b[^>]*\\bid="${id}"[^>]*>`).exec(html);
  if (start === null) return null;
  const from = start.index + start[0].length;
  const end = html.indexOf('</script>', from);
  if (end < 0) throw new Unusable(withoutRun('', name));
  return decompressed(html.slice(from, end), MAX_BYTES).catch(() => {
    throw new Unusable(`${name} is damaged: its embedded run cannot be decompressed. Drop the results.json beside it.`);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function resultsIn(text: string, name: string): Results {
  const document = parsed(text);
  if (document === undefined) {
    throw new Unusable(`${name} ${notJson(text)}. ${GIVE}`);
  }
  const readable = SCHEMA.properties?.schema?.const;
  const version = typeof document === 'object' && document !== null && 'schema' in document ? document.schema : null;
  if (typeof version !== 'string' || !version.startsWith('wirebench')) {
    throw new Unusable(`${name} contains no Wirebench run. ${GIVE}`);
  }
  if (version !== readable) {
    throw new Unusable(
      version.startsWith('wirebench/')
        ? `${name} has schema ${JSON.stringify(version)}, but this page reads ${readable}. Create this page again with the version of Wirebench that wrote the file: ${command('npm run report -- results.json')}`
        : `${name} contains ${JSON.stringify(version)}, not the results of a run. ${GIVE}`,
    );
  }
  const known = withoutNewer(document);
  if (isResults(known)) return upgrade(known);
  const found = misfits(SCHEMA, known, 3).map(({ path, message }) => `${path}: ${message}`);
  throw new Unusable(`${name} does not match schema ${readable}: ${found.join('; ')}. ${GIVE}`);
}

const isResults = (document: unknown): document is Results => misfits(SCHEMA, document, 1).length === 0;
