import type { ComparedRow, Comparison, RawPair } from '../compare/compare-model.ts';
import { change, figureOrDash, list, utcMinute, verdictFigures } from '../model/format.ts';
import { ICONS } from '../model/verdict.ts';
import { escaped, markdownTable, paragraph, warningItems } from './text.ts';

/** Comparison of two runs as Markdown. Equivalents are folded away unless `all` is true. */
export function comparisonMarkdown(comparison: Comparison, { all }: { all: boolean }): string {
  const { headline, base, next, rows, raw, warnings } = comparison;
  const quiet = rows.filter(({ verdict: { word } }) => QUIET.some((one) => one === word));
  const found = QUIET.filter((word) => word !== QUIET[1] || quiet.some(({ verdict }) => verdict.word === word));
  const listed = all ? rows : rows.filter((row) => !quiet.includes(row));
  const runs = [base, next].map(({ id, startedAt, status }) =>
    escaped(`${id}, ${utcMinute(startedAt)}, ${status.label.toLowerCase()}`),
  );
  return [
    '## Wirebench: two runs compared',
    '',
    paragraph(headline),
    '',
    `Base: ${runs[0]}. New: ${runs[1]}.`,
    ...(listed.length === 0 ? [] : ['', ...rowsTable(listed)]),
    ...(all || quiet.length === 0
      ? []
      : [
          '',
          `<details><summary>${quiet.length} ${list(found, 'or')}</summary>`,
          '',
          ...rowsTable(quiet),
          '',
          '</details>',
        ]),
    ...raw.flatMap(rawMarkdown),
    ...warningItems(warnings),
    '',
  ].join('\n');
}

/** Words that are no news. */
const QUIET = ['equivalent', 'no practical difference', 'not testable'] as const;

const rowsTable = (rows: readonly ComparedRow[]): string[] =>
  markdownTable([
    { header: 'question', cells: rows.map(({ question }) => escaped(question)) },
    { header: 'transport', cells: rows.map(({ name, floor }) => escaped(floor ? `${name} (floor)` : name)) },
    { header: 'figure', cells: rows.map(({ metric }) => metric.column) },
    { header: 'base', right: true, cells: rows.map(({ metric, base }) => figureOrDash(metric, base)) },
    { header: 'new', right: true, cells: rows.map(({ metric, next }) => figureOrDash(metric, next)) },
    { header: 'change', right: true, cells: rows.map(({ ratio }) => (ratio === null ? '—' : change(ratio))) },
    { header: 'verdict', cells: rows.map(verdictText) },
  ]);

function verdictText({ verdict }: ComparedRow): string {
  const words = `${ICONS[verdict.word]} ${verdict.word}`;
  return 'reason' in verdict ? `${words}: ${escaped(verdict.reason)}` : `${words} ${verdictFigures(verdict)}`;
}

function rawMarkdown({ name, base, next, because, figures }: RawPair): string[] {
  const what = because.map((one) => `${one.what} ${one.base} → ${one.next}`).join('; ');
  return [
    '',
    `**${escaped(name)}** is not compared, because the questions differ: ${escaped(what)}.`,
    escaped(base === next ? base : `Base: ${base}; new: ${next}`),
    '',
    ...markdownTable([
      { header: 'figure', cells: figures.map(({ metric }) => metric.column) },
      { header: 'base', right: true, cells: figures.map((one) => figureOrDash(one.metric, one.base)) },
      { header: 'new', right: true, cells: figures.map((one) => figureOrDash(one.metric, one.next)) },
    ]),
  ];
}
