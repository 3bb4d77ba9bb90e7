import type { Results } from '../../bench/results/schema.ts';
import { browserCostText } from '../analysis/figures/costs/browser-cost.ts';
import { proxyCostText, stickyText } from '../analysis/figures/costs/proxy-cost.ts';
import { COVERED_BY, fieldOpening } from '../analysis/figures/field-answers.ts';
import { rerunText } from '../analysis/status.ts';
import { type JudgedThreshold, thresholdText } from '../analysis/thresholds.ts';
import { batchingNote, batchMark } from '../kinds/batching.ts';
import { metric as metricOf } from '../kinds/lookup.ts';
import { cellFigure, cellInterval, printable, verdictFigures } from '../model/format.ts';
import { inTimeNote } from '../model/in-time.ts';
import { leadText, type MetricId } from '../model/metrics.ts';
import type { Analysis, FieldAnswer, Group, Row } from '../model/model.ts';
import { absentText, ICONS, OVERLOADED } from '../model/verdict.ts';
import { escaped, type MarkdownColumn, markdownTable, paragraph, warningItems } from './text.ts';

/** Summary of a run as Markdown for a pull request or a job: decision, status, one table per question, warnings. */
export function summaryMarkdown(
  { id }: Results,
  analysis: Analysis,
  thresholds: readonly JudgedThreshold[] = [],
): string {
  const { status, counts, groups, sameTwice, cautions, warnings, field } = analysis;
  const said = ['consequence' in status ? status.consequence : null, rerunText(counts)];
  const consequence = said.flatMap((text) => (text === null ? [] : [` ${escaped(text)}`])).join('');
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
    ...field.flatMap((one) => [`**${escaped(fieldOpening(one))}** ${paragraph(one.sentence)}${commandText(one)}`, '']),
    `${escaped(status.label)} · ${escaped(id)}.${consequence}`,
    ...cautions.flatMap((text) => ['', escaped(text)]),
    ...thresholdTable(thresholds),
    ...groups.flatMap((group) => ['', ...groupMarkdown(group)]),
    ...warningItems(warnings),
    '',
  ].join('\n');
}

/** Command that would cover a condition; empty if the run does. */
const commandText = ({ command }: FieldAnswer): string =>
  command === null ? '' : ` ${COVERED_BY} \`${printable(command).replaceAll('`', '')}\``;

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
  const { title, rows, metrics, primary, unsupported, question, inTime } = group;
  const batching = batchingNote(rows, question);
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
          cells: rows.map((row) => figureOf(row, id, id === primary)),
        }),
      ),
      { header: `verdict${against}`, cells: rows.map((row) => verdictOf(row, row === best, primary)) },
    ]),
    ...group.browserCosts.flatMap((cost) => ['', escaped(browserCostText(cost))]),
    ...group.proxyCosts.flatMap((cost) => ['', escaped(proxyCostText(cost))]),
    ...group.stickyOutcomes.flatMap((one) => ['', escaped(stickyText(one))]),
    ...(inTime === null ? [] : ['', escaped(inTimeNote(inTime, question.rttSeconds))]),
    ...(batching === null ? [] : ['', escaped(batching)]),
    ...unsupported.flatMap((one) => ['', escaped(absentText(one))]),
  ];
}

function figureOf(row: Row, id: MetricId, withInterval: boolean): string {
  const cell = row.cells[id];
  if (cell.state === 'not shown') return '—';
  const interval = withInterval && cell.interval !== null ? ` (${cellInterval(metricOf(id), cell)})` : '';
  return cellFigure(metricOf(id), cell) + batchMark(row, metricOf(id)) + interval;
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
  if (cell.practical === null) return best ? `**${leadText(metricOf(primary), cell)}**` : '';
  const { word } = cell.practical;
  return [`${ICONS[word]} ${word}`, verdictFigures(cell.practical) ?? ''].join(' ').trimEnd();
}
