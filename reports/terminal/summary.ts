import type { Results } from '../../bench/results/schema.ts';
import { browserCostText } from '../analysis/figures/costs/browser-cost.ts';
import { proxyCostText, stickyText } from '../analysis/figures/costs/proxy-cost.ts';
import { COVERED_BY, fieldOpening } from '../analysis/figures/field-answers.ts';
import { limitsOf, textOf } from '../analysis/sentences.ts';
import { rerunText } from '../analysis/status.ts';
import { batchMark } from '../kinds/batching.ts';
import { metric as metricOf } from '../kinds/lookup.ts';
import { MIN_FIT } from '../kinds/shared/measuring.ts';
import { cellFigure, cellInterval, figures, list, printable, verdictFigures } from '../model/format.ts';
import { leadText, type MetricId } from '../model/metrics.ts';
import type { Analysis, Group, Row } from '../model/model.ts';
import { type Absent, absentText, ICONS, OVERLOADED } from '../model/verdict.ts';
import { bare, type Paints, paintOf, paints, proseWidth, warningLines } from './paint.ts';
import { type TextCell, type TextColumn, table } from './table.ts';
import { cut, hanging, wrap } from './text.ts';
import { wireReport } from './wire-table.ts';

export type SummaryOptions = { readonly width: number; readonly colour: boolean };

/** Text printed at the end of a run: the decision, one table per question, and every warning with its remedy. */
export function summary(results: Results, analysis: Analysis, { width, colour }: SummaryOptions): string {
  const paint = paints(colour);
  const prose = proseWidth(width);
  const lines = [
    ...sameTwiceLines(analysis, prose, paint),
    ...analysis.groups.flatMap((group) =>
      wrap(printable([group.answer, group.tieBreak].map(textOf).join(' ').trim()), prose).map(paint.bold),
    ),
    ...fieldLines(analysis, prose, paint),
    ...(analysis.groups.length > 0 ? [''] : []),
    ...statusLines(results, analysis, prose, paint),
    ...analysis.groups.flatMap((group) => ['', ...groupLines(group, width, prose, paint)]),
    ...wireLines(analysis, width, paint),
    ...unavailableLines(analysis.groups, prose),
    ...coverageLines(analysis.groups, prose, paint),
    ...warningLines(analysis.warnings, prose, paint),
  ];
  return lines.join('\n');
}

/** Sentence that opens the text of an A/A run, where everything else is about noise. */
function sameTwiceLines({ sameTwice }: Analysis, width: number, paint: Paints): string[] {
  if (sameTwice === null) return [];
  const mark = sameTwice.mistaken.length === 0 ? paint.bold : paint.yellow;
  return [...wrap(printable(textOf(sameTwice.sentence)), width).map(mark), ''];
}

/** Lines about a mobile network and a fault, with the command for what the run does not cover. */
function fieldLines({ field }: Analysis, width: number, paint: Paints): string[] {
  return field.flatMap((one) => {
    const command = one.command === null ? '' : ` ${COVERED_BY} ${one.command}`;
    const lines = hanging(printable(`${fieldOpening(one)} ${textOf(one.sentence)}${command}`), width);
    return lines.map(one.command === null ? paint.bold : paint.dim);
  });
}

function statusLines(
  { id }: Results,
  { status, counts, unfit, cautions }: Analysis,
  width: number,
  paint: Paints,
): string[] {
  const mark = status.kind === 'valid' ? paint.green : status.kind === 'invalid' ? paint.red : paint.yellow;
  const consequence = 'consequence' in status ? wrap(printable(status.consequence), width, '  ') : [];
  const again = wrap(rerunText(counts) ?? '', width, '  ').filter((line) => line.trim() !== '');
  const machine = unfit.flatMap(({ name, observed }) =>
    wrap(printable(`✕ Not fit to measure on: ${name}: ${observed}`), width, '    ', '  ').map(paint.yellow),
  );
  const surroundings = cautions.flatMap((text) => wrap(printable(`! ${text}`), width, '    ', '  ').map(paint.yellow));
  return [
    ...wrap(`${status.label} · ${printable(id)}`, width).map(mark),
    ...consequence,
    ...again,
    ...machine,
    ...surroundings,
  ];
}

function wireLines({ wire }: Analysis, width: number, paint: Paints): string[] {
  if (wire.length === 0) return [];
  return ['', paint.bold('Wire: theory beside measurement'), ...wireReport(wire, { width, paintHeader: paint.dim })];
}

function groupLines(group: Group, width: number, prose: number, paint: Paints): string[] {
  return [
    ...wrap(printable(group.title), prose).map(paint.bold),
    ...table(columnsOf(group, paint), width, paint.dim),
    ...absentLines(
      group.unsupported.filter(({ word }) => word !== 'unavailable'),
      prose,
    ),
    ...group.browserCosts.flatMap((cost) => hanging(printable(browserCostText(cost)), prose)),
    ...group.proxyCosts.flatMap((cost) => hanging(printable(proxyCostText(cost)), prose)),
    ...group.stickyOutcomes.flatMap((one) => hanging(printable(stickyText(one)), prose)),
    ...group.notes.flatMap((note) => hanging(printable(note), prose).map(paint.dim)),
    ...hanging(printable(`How sure: ${textOf(group.certainty)}`), prose).map(paint.dim),
  ];
}

/** Lines about absent transports, those with the same reason in one line. */
function absentLines(absent: readonly Absent[], prose: number): string[] {
  const alike = Map.groupBy(absent, ({ word, reason }) => `${word}: ${reason}`);
  return [...alike.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const names = [...new Set([first, ...others].map(({ name }) => name))];
    return hanging(printable(absentText({ ...first, name: list(names, 'and') })), prose);
  });
}

/** Lines about transports that this machine cannot load, printed once for all questions. */
function unavailableLines(groups: readonly Group[], prose: number): string[] {
  const lines = absentLines(
    groups.flatMap(({ unsupported }) => unsupported.filter(({ word }) => word === 'unavailable')),
    prose,
  );
  return lines.length === 0 ? [] : ['', ...lines];
}

/** Lines about what the figures do not cover, each limit once for all questions that share it. */
function coverageLines(groups: readonly Group[], prose: number, paint: Paints): string[] {
  return limitsOf(groups).flatMap((limit) => [
    '',
    ...hanging(printable(`Not covered: ${limit}`), prose).map(paint.dim),
  ]);
}

function columnsOf(group: Group, paint: Paints): TextColumn[] {
  const { rows, primary, metrics } = group;
  const best = rows.find(({ caseId }) => caseId === group.columns[primary].best);
  const hasInterval = rows.some(({ cells }) => {
    const cell = cells[primary];
    return cell.state === 'shown' && cell.interval !== null;
  });
  const columns = metrics.map((id): TextColumn => {
    const { column, keep } = metricOf(id);
    const leads = id === primary;
    const cellsOf = (withInterval: boolean): TextCell[] =>
      rows.map((row) => bare(figureOf(row, group, id, withInterval)));
    return {
      header: leads && hasInterval ? `${column} (95 %)` : column,
      align: 'right',
      drop: leads ? PRIMARY : keep,
      cells: cellsOf(leads),
      ...(leads && hasInterval ? { shorter: { header: column, cells: cellsOf(false) } } : {}),
    };
  });
  return [
    { header: 'transport', align: 'left', cells: rows.map(({ name }) => bare(printable(name))) },
    ...columns,
    {
      header: best === undefined ? 'verdict' : `${shortName(primary)} vs ${shortened(printable(best.name))}`,
      align: 'left',
      cells: rows.map((row) => verdictCell(row, row === best, primary, paint)),
    },
  ];
}

/** Drop order of the column that the verdicts are about, so that it goes last. */
const PRIMARY = 99;

/** Short name of a metric: a heading has no room for “server memory per session”. */
const shortName = (id: MetricId): string => {
  const { name, column } = metricOf(id);
  return name.length <= 10 ? name : (column.split(' ')[0] ?? name);
};

function figureOf(row: Row, { columns }: Group, id: MetricId, withInterval: boolean): string {
  const cell = row.cells[id];
  if (cell.state === 'not shown') return '—';
  const { metric } = columns[id];
  const interval = withInterval && cell.interval !== null ? ` (${cellInterval(metric, cell)})` : '';
  const poor = cell.fit !== null && cell.fit < MIN_FIT ? ` ! R² ${figures(cell.fit)}` : '';
  return cellFigure(metric, cell) + batchMark(row, metric) + interval + poor;
}

function verdictCell(row: Row, best: boolean, primary: MetricId, paint: Paints): TextCell {
  const { text, ...rest } = verdictOf(row, best && row.overload === null, primary, paint);
  if (row.overload === null) return { text, ...rest };
  return { text: text === '' ? OVERLOADED : `${OVERLOADED}, ${text}`, paint: paint.yellow };
}

function verdictOf({ cells, floor }: Row, best: boolean, primary: MetricId, paint: Paints): TextCell {
  if (floor) return { text: 'floor', paint: paint.dim };
  const cell = cells[primary];
  if (cell.state === 'not shown') return { text: `${ICONS['not testable']} not testable`, paint: paint.dim };
  if (cell.practical === null) return { text: best ? leadText(metricOf(primary), cell) : '', paint: paint.bold };
  const { word } = cell.practical;
  const numbers = verdictFigures(cell.practical);
  return { text: `${ICONS[word]} ${word}${numbers === null ? '' : ` ${numbers}`}`, paint: paintOf(word, paint) };
}

/** Name cut so that a header does not make its column wider than the verdicts in it. */
const shortened = (name: string): string => cut(name, 20);
