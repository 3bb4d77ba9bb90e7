import { withoutNewer } from '../../../../bench/results/newer.ts';
import type { Results } from '../../../../bench/results/schema.ts';
import { upgrade } from '../../../../bench/results/upgrade.ts';
import { ANALYSIS, RESULTS } from '../../document/carried.ts';
import { unpackedText } from '../carried.ts';
import { type JsonSchema, misfits } from './json-schema.ts';

/** Put here when the script is bundled: the schema of results, as data. */
declare const RESULTS_JSON_SCHEMA: JsonSchema;
/** Each mention of the name above is a copy of it. */
const SCHEMA: JsonSchema = RESULTS_JSON_SCHEMA;

/** What was given is no run that this page can compare with; the message says what to give instead. */
export class Unusable extends Error {}

export type Dropped = {
  readonly name: string;
  readonly results: Results;
  /** What the report says of its run; not checked, and undefined where results came by themselves. */
  readonly analysis: unknown;
};

const MEGABYTE = 1e6;
/** A run of 300 cases and seven trials is about 13 MB; beyond this a browser's memory is the next thing to give out. */
const MAX_BYTES = 100 * MEGABYTE;

/** Reads a results.json, or a report with what it carries. @throws Unusable */
export async function readDropped(file: File): Promise<Dropped> {
  const { name, size } = file;
  if (size > MAX_BYTES) {
    throw new Unusable(
      `${name} has ${Math.round(size / MEGABYTE)} MB, and this page takes at most ${MAX_BYTES / MEGABYTE} MB. ` +
        `If it is a run, compare in a terminal: npm run compare -- base.json new.json --out page.html`,
    );
  }
  const text = await file.text().catch(() => {
    throw new Unusable(`${name} cannot be read. If it is a folder, drop the results.json in it.`);
  });
  if (text.trim() === '') throw new Unusable(`${name} is empty. ${GIVE}`);
  if (!text.trimStart().startsWith('<')) return { name, results: resultsIn(text, name), analysis: undefined };
  const carried = await carriedIn(text, RESULTS, name);
  if (carried === null) throw new Unusable(withoutRun(text, name));
  const analysis = await carriedIn(text, ANALYSIS, name).catch(() => null);
  return { name, results: resultsIn(carried, name), analysis: analysis === null ? undefined : parsed(analysis) };
}

const GIVE = 'Drop the results.json that a run wrote, or the report made from it.';

function withoutRun(text: string, name: string): string {
  return text.trimEnd().endsWith('</html>')
    ? `${name} is a page, but it carries no run: it is no Wirebench report, or one of two runs, or of an earlier version. Drop the results.json that lies beside the report.`
    : `${name} ends in the middle: the report was not saved whole. Copy it again, or drop the results.json that lies beside it.`;
}

/** Null where the page has no such element. */
async function carriedIn(html: string, id: string, name: string): Promise<string | null> {
  const start = new RegExp(`<script\\b[^>]*\\bid="${id}"[^>]*>`).exec(html);
  if (start === null) return null;
  const from = start.index + start[0].length;
  const end = html.indexOf('</script>', from);
  if (end < 0) throw new Unusable(withoutRun('', name));
  return unpackedText(html.slice(from, end), MAX_BYTES).catch(() => {
    throw new Unusable(`${name} is damaged: the run it carries cannot be unpacked. Drop the results.json beside it.`);
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
    throw new Unusable(`${name} is not JSON, or ends in the middle. ${GIVE}`);
  }
  const readable = SCHEMA.properties?.schema?.const;
  const version = typeof document === 'object' && document !== null && 'schema' in document ? document.schema : null;
  if (typeof version !== 'string' || !version.startsWith('wirebench')) {
    throw new Unusable(`${name} holds no Wirebench run. ${GIVE}`);
  }
  if (version !== readable) {
    throw new Unusable(
      version.startsWith('wirebench/')
        ? `${name} has schema ${JSON.stringify(version)}, and this page reads ${readable}. Make this page again with the version that wrote the file: npm run report -- results.json`
        : `${name} is not the results of a run but ${JSON.stringify(version)}. ${GIVE}`,
    );
  }
  const known = withoutNewer(document);
  if (isResults(known)) return upgrade(known);
  const found = misfits(SCHEMA, known, 3).map(({ path, message }) => `${path}: ${message}`);
  throw new Unusable(`${name} does not keep to ${readable}: ${found.join('; ')}. ${GIVE}`);
}

const isResults = (document: unknown): document is Results => misfits(SCHEMA, document, 1).length === 0;
