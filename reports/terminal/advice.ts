import { isQualified } from '../advice/facts/shape.ts';
import type { Advice, Option, Rating } from '../advice/model.ts';
import { needName } from '../advice/questions/needs.ts';
import {
  answersText,
  certaintiesOf,
  changesOf,
  closeText,
  hasChanges,
  lackText,
  MEASURE_LABEL,
  unmeasuredText,
} from '../advice/words.ts';
import { printable, ratio, share } from '../model/format.ts';
import { bare, type Paint, type Paints, paints, proseWidth } from './paint.ts';
import { type TextColumn, table } from './table.ts';
import { wrap } from './text.ts';

/** Text that `choose` prints: the answer, its certainty, the options with their reasons, and the changes that would alter it. */
export function adviceText(
  advice: Advice,
  { width, colour }: { readonly width: number; readonly colour: boolean },
): string {
  const paint = paints(colour);
  const prose = proseWidth(width);
  const lines = (text: string, as: Paint = (same) => same, indent = ''): string[] =>
    wrap(printable(text), prose, `${indent}  `, indent).map(as);
  const {
    heading,
    tieBreaker,
    load,
    field,
    notCovered,
    run,
    answers,
    recommended,
    unjudged,
    unmeasured,
    measure,
    warnings,
  } = advice;
  const said = answersText(answers);
  const sure = certaintiesOf(advice);
  const close = closeText(advice);
  return [
    ...lines(heading, paint.bold),
    ...(close === null ? [] : lines(close)),
    ...(tieBreaker === null ? [] : lines(`To settle it: ${tieBreaker}`, paint.bold)),
    '',
    ...lines(`Needs: ${said.needs}.`),
    ...(said.objective === null ? [] : lines(`Objective: ${said.objective}.`)),
    ...lines(`Weights: ${said.weights}.`),
    ...(said.judged === null ? [] : lines(`Judged by you: ${said.judged}.`)),
    ...lines(`Load: ${load.text}`),
    ...(field.text === null ? [] : lines(field.text)),
    ...lines(`Run: ${run.id}, ${run.status}.`, paint.dim),
    ...(recommended.length === 0
      ? []
      : [
          '',
          ...lines(`Measurement: ${sure.measurement}`),
          ...lines(`Preference: ${sure.preference}`),
          ...bothLines(advice, lines),
        ]),
    ...optionLines(advice, width, prose, paint),
    ...(unjudged.length === 0
      ? []
      : ['', ...unjudged.flatMap(({ name, reason }) => lines(`${name}: ${reason}`, paint.dim))]),
    ...(unmeasured.length === 0
      ? []
      : [
          '',
          ...lines('Not measured in this run, but meeting the needs by the facts alone:', paint.bold),
          ...unmeasured.flatMap((one) => lines(`${one.name} ${unmeasuredText(one)}`, undefined, '  ')),
        ]),
    // Whole, so that it can be copied.
    ...(measure === null ? [] : ['', `${MEASURE_LABEL}:`, `  ${printable(measure)}`]),
    ...field.lacks.flatMap(({ what, command }) => ['', ...lines(`${lackText(what)}:`), `  ${printable(command)}`]),
    ...changeLines(advice, lines, paint),
    ...(notCovered === null ? [] : ['', ...lines(`Not covered: ${notCovered}`, paint.dim)]),
    ...(warnings.length === 0 ? [] : ['', ...warnings.flatMap((text) => lines(`Warning: ${text}`, paint.yellow))]),
  ].join('\n');
}

type Lines = (text: string, as?: Paint, indent?: string) => string[];

function bothLines({ robustness }: Advice, lines: Lines): string[] {
  if (robustness === null) return [];
  const parts = robustness.both
    .filter(({ share: won }) => won > 0)
    .map(({ name, share: won }) => `${name} ${share(won)}`);
  return lines(`Both together: ${parts.join(', ')}.`);
}

function optionLines({ options, criteria }: Advice, width: number, prose: number, paint: Paints): string[] {
  if (options.length === 0) return [];
  const judged = options.filter(({ fit }) => fit !== null);
  const counting = criteria.filter(({ dropped, tag }) => dropped === null && tag === 'measured');
  const columns: TextColumn[] = [
    { header: 'transport', align: 'left', cells: judged.map(({ name }) => bare(printable(name))) },
    {
      header: 'rating',
      align: 'left',
      cells: judged.map(({ rating }) => ({ text: rating ?? '—', paint: paintOf(rating, paint) })),
    },
    { header: 'cost', align: 'right', cells: judged.map(({ fit }) => bare(fit === null ? '—' : ratio(fit))) },
    ...counting.map(
      ({ id, weight }, index): TextColumn => ({
        header: `${id} (${share(weight)})`,
        align: 'right',
        drop: counting.length - index,
        cells: judged.map(({ cells }) => {
          const cell = cells.find(({ criterion }) => criterion === id);
          return bare(cell === undefined ? '—' : cell.figure.replace(/ \(.*\)$/, ''));
        }),
      }),
    ),
  ];
  return [
    ...(judged.length === 0 ? [] : ['', ...table(columns, width, paint.dim)]),
    '',
    ...options.flatMap((option) => oneOption(option, prose, paint)),
  ];
}

/** Lines about one option: its rating, its reasons, and the sources of its conditions. */
function oneOption({ name, rating, because, reasons, needs }: Option, prose: number, paint: Paints): string[] {
  const head = `${rating ?? '—'} · ${name}: ${because}`;
  const barred = needs.some(({ value }) => value === 'no');
  const conditions = barred ? [] : needs.filter(isQualified);
  return [
    ...wrap(printable(head), prose, '    ', '').map(paintOf(rating, paint)),
    ...reasons.flatMap(({ speaks, text, source, tag }) =>
      wrap(
        printable(`${SIGNS[speaks]} ${text}${source === null ? '' : ` (${source.clause})`} [${tag}]`),
        prose,
        '    ',
        '  ',
      ),
    ),
    ...conditions.flatMap(({ need, source, tag }) =>
      wrap(printable(`${needName(need)}: ${source.clause} [${tag}]`), prose, '    ', '  ').map(paint.dim),
    ),
  ];
}

const SIGNS = { for: '+', against: '−', neither: '·' } as const;

function changeLines(advice: Advice, lines: Lines, paint: Paints): string[] {
  if (!hasChanges(advice)) return [];
  return [
    '',
    ...lines('What would change the answer', paint.bold),
    ...changesOf(advice).flatMap((line) => lines(line)),
  ];
}

function paintOf(rating: Rating | null, paint: Paints): Paint {
  switch (rating) {
    case 'Use':
      return paint.green;
    case 'Consider':
      return paint.cyan;
    case 'Only if':
      return paint.yellow;
    case 'Avoid':
    case null:
      return paint.dim;
  }
}
