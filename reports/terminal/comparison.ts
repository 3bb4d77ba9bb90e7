import { textOf } from '../analysis/sentences.ts';
import type { ComparedRow, Comparison, RawPair, RunFacts } from '../compare/compare-model.ts';
import { change, figureOrDash, figures, list, printable, utcMinute, verdictFigures } from '../model/format.ts';
import { ICONS } from '../model/verdict.ts';
import { bare, type Paints, paintOf, paints, proseWidth, warningLines } from './paint.ts';
import { type TextColumn, table } from './table.ts';
import { hanging, wrap } from './text.ts';

export type ComparisonOptions = {
  readonly width: number;
  readonly colour: boolean;
  /** True to list every comparison; else those that are equivalent, within the band or not testable are only counted. */
  readonly all: boolean;
};

/** Text of a comparison of two runs: the headline, one table per question with the worst first, and warnings. */
export function comparisonText(comparison: Comparison, { width, colour, all }: ComparisonOptions): string {
  const paint = paints(colour);
  const prose = proseWidth(width);
  const { headline, base, next, rows, raw, warnings } = comparison;
  const questions = [...Map.groupBy(rows, ({ question }) => question)];
  return [
    ...wrap(printable(textOf(headline)), prose).map(paint.bold),
    ...runLines('base', base, prose, paint),
    ...runLines('new', next, prose, paint),
    ...questions.flatMap(([title, those]) => ['', ...questionLines(title, those, { width, prose, paint, all })]),
    ...alike(raw).flatMap((pairs) => ['', ...rawLines(pairs, { width, prose, paint })]),
    ...warningLines(warnings, prose, paint),
  ].join('\n');
}

function runLines(which: string, { id, startedAt, status }: RunFacts, prose: number, paint: Paints): string[] {
  return hanging(printable(`${which}: ${id} · ${utcMinute(startedAt)} · ${status.label}`), prose).map(paint.dim);
}

type Laying = { readonly width: number; readonly prose: number; readonly paint: Paints; readonly all: boolean };

function questionLines(title: string, rows: readonly ComparedRow[], { width, prose, paint, all }: Laying): string[] {
  const listed = all ? rows : rows.filter(isNews);
  const rest = rows.filter((row) => !listed.includes(row));
  return [
    ...wrap(printable(title), prose).map(paint.bold),
    ...(listed.length === 0 ? [] : table(columnsOf(listed, paint), width, paint.dim)),
    ...restLines(rest, rows.length, prose, paint),
  ];
}

/** True if a row differs, or may differ because its median is outside the band while its interval reaches into it. */
function isNews({ verdict: { word }, magnitude }: ComparedRow): boolean {
  return word === 'worse' || word === 'better' || (word === 'not separated' && magnitude !== 'within the band');
}

function columnsOf(rows: readonly ComparedRow[], paint: Paints): TextColumn[] {
  return [
    { header: 'transport', align: 'left', cells: rows.map((row) => bare(printable(nameText(row)))) },
    { header: 'figure', align: 'left', cells: rows.map(({ metric }) => bare(metric.column)) },
    {
      header: 'base',
      align: 'right',
      drop: 2,
      cells: rows.map(({ metric, base }) => bare(figureOrDash(metric, base))),
    },
    { header: 'new', align: 'right', drop: 3, cells: rows.map(({ metric, next }) => bare(figureOrDash(metric, next))) },
    { header: 'change', align: 'right', drop: 4, cells: rows.map(({ ratio }) => bare(changeText(ratio))) },
    { header: 'how much', align: 'left', drop: 1, cells: rows.map(({ magnitude }) => bare(magnitude ?? '—')) },
    {
      header: 'new over base (95 %)',
      align: 'left',
      cells: rows.map(({ verdict }) => ({
        text: [ICONS[verdict.word], verdict.word, verdictFigures(verdict) ?? ''].join(' ').trimEnd(),
        paint: paintOf(verdict.word, paint),
      })),
    },
  ];
}

const nameText = ({ name, floor }: ComparedRow): string => (floor ? `${name} (floor)` : name);

const changeText = (ratio: number | null): string => (ratio === null ? '—' : change(ratio));

/** Lines that count equivalents and small changes, and give the reasons of rows that could not be judged. */
function restLines(rows: readonly ComparedRow[], of: number, prose: number, paint: Paints): string[] {
  const counted = (['not separated', 'no practical difference', 'equivalent'] as const).flatMap((word) => {
    const count = rows.filter(({ verdict }) => verdict.word === word).length;
    const how = word === 'not separated' ? `${word}, medians within the band` : word;
    return count === 0 ? [] : [`${ICONS[word]} ${how}: ${count} of ${of}; --all lists them`];
  });
  const reasons = Map.groupBy(rows, ({ verdict }) => ('reason' in verdict ? verdict.reason : null));
  reasons.delete(null);
  const untested = [...reasons].map(
    ([reason, those]) =>
      `${ICONS['not testable']} not testable: ${those.length} of ${of} (${byName(those)}): ${reason}`,
  );
  return [...counted, ...untested].flatMap((line) => hanging(printable(line), prose)).map(paint.dim);
}

const MAX_NAMED = 6;

function byName(rows: readonly ComparedRow[]): string {
  const names = [...new Set(rows.map(nameText))].toSorted();
  const rest = names.length > MAX_NAMED ? [`${names.length - MAX_NAMED} more`] : [];
  return list([...names.slice(0, MAX_NAMED), ...rest], 'and');
}

/** Groups pairs whose questions differ in the same way, so that each group is one table. */
const alike = (raw: readonly RawPair[]): RawPair[][] => [
  ...Map.groupBy(raw, ({ base, next, because }) => JSON.stringify([base, next, because])).values(),
];

function rawLines(pairs: readonly RawPair[], { width, prose, paint }: Omit<Laying, 'all'>): string[] {
  const [first] = pairs;
  if (first === undefined) return [];
  const { base, next, because } = first;
  const what = because.map((one) => `${one.what} ${one.base} → ${one.next}`).join('; ');
  const lines = pairs.flatMap(({ name, figures }) => figures.map((figure) => ({ name, ...figure })));
  return [
    ...wrap(printable(base === next ? base : `${base} → ${next}`), prose).map(paint.bold),
    ...hanging(printable(`Not compared, because the questions differ: ${what}.`), prose).map(paint.yellow),
    ...table(
      [
        { header: 'transport', align: 'left', cells: lines.map(({ name }) => bare(printable(name))) },
        { header: 'figure', align: 'left', cells: lines.map(({ metric }) => bare(metric.column)) },
        { header: 'base', align: 'right', cells: lines.map((one) => bare(figureOrDash(one.metric, one.base))) },
        { header: 'new', align: 'right', cells: lines.map((one) => bare(figureOrDash(one.metric, one.next))) },
      ],
      width,
      paint.dim,
    ),
  ];
}

/** Share as text: `5 %`. */
export const percent = (share: number): string => `${figures(share * 100)} %`;
