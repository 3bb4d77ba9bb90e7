import type { Results } from '../../bench/results/schema.ts';
import { advise } from '../advice/advise.ts';
import { BLANK, readDraft, withPreset } from '../advice/questions/draft.ts';
import { PRESETS } from '../advice/questions/presets.ts';
import { makeReport } from '../report.ts';
import { summary } from '../terminal/summary.ts';

/** All numbers that a report of one run shows, without the words around them. A change of wording leaves them unchanged. */
export interface ShownFigures {
  /** Numbers of each row of the terminal's tables. */
  readonly terminal: readonly string[];
  /** Numbers of each row of each table of the page, charts' data tables included, in the page's order. */
  readonly page: readonly (readonly string[])[];
  /** Recommendation, and every number of the advice by its path, for each preset. */
  readonly advice: Readonly<Record<string, readonly string[]>>;
}

/** Smallest number of figures in a table's row; sentences have fewer. */
const MIN_CELLS = 7;

/** Tables of the page whose numbers are settings and texts rather than figures. */
const WORDED = /^<table class="(?:advisor|gates|checks|settings|unequal)/;

export async function figuresOf(results: Results): Promise<ShownFigures> {
  const { html, analysis } = await makeReport(results);
  const advice = PRESETS.map(({ id }): [string, string[]] => {
    const { answers } = readDraft(withPreset(BLANK, id));
    if (answers === null) throw new Error(`the preset ${id} gives no answers`);
    return [id, numbersByPath(advise({ results, analysis }, answers, {}))];
  });
  return {
    terminal: summary(results, analysis, { width: 160, colour: false })
      .split('\n')
      .map(numbersIn)
      .filter((numbers) => numbers.split(' | ').length >= MIN_CELLS),
    page: Array.from(html.matchAll(/<table[\s\S]*?<\/table>/g), ([table]) => table)
      .filter((table) => !WORDED.test(table))
      .map((table) => Array.from(table.matchAll(/<tr[\s\S]*?(?=<tr|<\/table>)/g), ([row]) => numbersIn(textOf(row)))),
    advice: Object.fromEntries(advice),
  };
}

const textOf = (markup: string): string =>
  markup
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/&[a-z#0-9]+;/g, ' ')
    .replaceAll(/\s+/g, ' ');

/** Numbers with their units: `0.21 ms`, `3,401 B`, `×1.08`; names that contain digits are none. */
function numbersIn(text: string): string {
  return Array.from(
    text.matchAll(/(?<![\w:.-])[-+−×<≥]?\d[\d,.]*(?:[ \u00a0\u202f]?(?:ms|µs|s|B|kB|MB|KiB|MiB|GiB|%)(?!\w))?/gu),
    ([number]) => number.replaceAll(/[\u00a0\u202f]/g, ' '),
  ).join(' | ');
}

function numbersByPath(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return [`${path} = ${value}`];
  if (typeof value === 'string')
    return /\b(outcome|recommended|option|leader)\b/.test(path) ? [`${path} = ${value}`] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => numbersByPath(item, path === '' ? key : `${path}.${key}`));
}
