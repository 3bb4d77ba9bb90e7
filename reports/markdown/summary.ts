import type { Results } from '../../bench/results/schema.ts';
import { type JudgedThreshold, thresholdText } from '../analysis/thresholds.ts';
import { metric as metricOf } from '../kinds/lookup.ts';
import { cellFigure, cellInterval, printable, verdictFigures } from '../model/format.ts';
import { extreme, type MetricId } from '../model/metrics.ts';
import type { Analysis, Cell, Group, Row } from '../model/model.ts';
import { absentText, ICONS, OVERLOADED } from '../model/verdict.ts';
import { escaped, type MarkdownColumn, markdownTable, paragraph, warningItems } from './text.ts';

/** Summary of a run as Markdown for a pull request or a job: decision, status, one table per question, warnings. */
export function summaryMarkdown(
  { id }: Results,
  analysis: Analysis,
  thresholds: readonly JudgedThreshold[] = [],
): string {
  const { status, groups, sameTwice, warnings } = analysis;
  const consequence = 'consequence' in status ? ` ${escaped(status.consequence)}` : '';
  return [
    '## Wirebench',
    '',
    ...(sameTwice === null ? [] : [paragraph(sameTwice.sentence), '']),
    ...groups.flatMap(({ answer, tieBreak }) => [
      [answer, tieBreak]
        .filter((part) => part.length > 0)
        .map(paragraph)
        .join(' '),
      '',
    ]),
    `${escaped(status.label)} · ${escaped(id)}.${consequence}`,
    ...thresholdTable(thresholds),
    ...groups.flatMap((group) => ['', ...groupMarkdown(group)]),
    ...warningItems(warnings),
    '',
  ].join('\n');
}

function thresholdTable(thresholds: readonly JudgedThreshold[]): string[] {
  if (thresholds.length === 0) return [];
  const rows = thresholds.map(thresholdText);
  return [
    '',
    ...markdownTable([
      {
        header: 'threshold',
        cells: rows.map(({ condition }) => `\`${printable(condition).replaceAll('`', '').replaceAll('|', '\\|')}\``),
      },
      { header: 'case', cells: rows.map(({ name }) => escaped(name)) },
      { header: 'outcome', cells: rows.map(({ outcome }) => `**${outcome}**`) },
      { header: 'figure', cells: rows.map(({ figure }) => escaped(figure)) },
    ]),
  ];
}

function groupMarkdown(group: Group): string[] {
  const { title, rows, metrics, primary, unsupported } = group;
  const best = rows.find(({ caseId }) => caseId === group.columns[primary].best);
  const against = best === undefined ? '' : `, against ${escaped(best.name)}`;
  return [
    `### ${escaped(title)}`,
    '',
    ...markdownTable([
      { header: 'transport', cells: rows.map(({ name }) => escaped(name)) },
      ...metrics.map(
        (id): MarkdownColumn => ({
          header: escaped(metricOf(id).column),
          right: true,
          cells: rows.map(({ cells }) => figureOf(cells[id], id, id === primary)),
        }),
      ),
      { header: `verdict${against}`, cells: rows.map((row) => verdictOf(row, row === best, primary)) },
    ]),
    ...unsupported.flatMap((one) => ['', escaped(absentText(one))]),
  ];
}

function figureOf(cell: Cell, id: MetricId, withInterval: boolean): string {
  if (cell.state === 'not shown') return '—';
  const interval = withInterval && cell.interval !== null ? ` (${cellInterval(metricOf(id), cell)})` : '';
  return cellFigure(metricOf(id), cell) + interval;
}

function verdictOf(row: Row, best: boolean, primary: MetricId): string {
  const text = wordOf(row, best && row.overload === null, primary);
  if (row.overload === null) return text;
  return text === '' ? `**${OVERLOADED}**` : `**${OVERLOADED}**, ${text}`;
}

function wordOf({ cells, floor }: Row, best: boolean, primary: MetricId): string {
  if (floor) return 'floor';
  const cell = cells[primary];
  if (cell.state === 'not shown') return `${ICONS['not testable']} not testable`;
  if (cell.verdict === null) return best ? `**${extreme(metricOf(primary))}**` : '';
  const { word } = cell.verdict;
  return [`${ICONS[word]} ${word}`, verdictFigures(cell.verdict) ?? ''].join(' ').trimEnd();
}
