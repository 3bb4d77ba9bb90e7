import type { Capabilities } from '../../bench/results/schema.ts';
import { metric } from '../kinds/lookup.ts';
import { cellFigure, cellInterval, countOf } from '../model/format.ts';
import type { Row } from '../model/model.ts';
import { factsOf } from './facts/index.ts';
import { MEASURED, measuredFact } from './facts/measured.ts';
import { ELSEWHERE, type Fact, isQualified, type JudgedCriterion } from './facts/shape.ts';
import type { Source } from './facts/sources.ts';
import { FEW_TRIALS, sideOf } from './field.ts';
import type { Measured, NeedCell, Objective, OwnLevel } from './model.ts';
import { type JudgedLevel, levelsOf } from './questions/judgements.ts';
import { type NeedId, needOf } from './questions/needs.ts';

/** Measured transport that the advisor knows. */
export type Candidate = {
  readonly name: string;
  readonly title: string;
  readonly row: Row;
  readonly judgements: Readonly<Record<JudgedCriterion, JudgedLevel>>;
  readonly needs: readonly NeedCell[];
  /** First need that it fails; null if it fails none. */
  readonly barred: NeedCell | null;
  /** Needs that it meets only on a condition. */
  readonly conditions: readonly NeedCell[];
  /** True if it meets the needs only in a form that was not measured; its figures are then not compared. */
  readonly otherForm: boolean;
};

type Asked = {
  readonly needs: readonly NeedId[];
  readonly objective: Objective | null;
  readonly judged: readonly OwnLevel[];
  /** Row of the transport over the project's network. Absent: it was not measured there, or the row is that of the matched case. */
  readonly there?: { readonly row: Row; readonly network: string };
};

/** Candidate for a row; undefined if the advisor does not know the transport, which is then not judged. */
export function candidateOf(
  row: Row,
  { needs, objective, judged, there }: Asked,
  measured: Measured,
): Candidate | undefined {
  const judgements = levelsOf(row.transport, judged);
  if (judgements === undefined) return undefined;
  const known = needs.flatMap((need) => {
    const fact = factOf(row, need, measured);
    return fact === undefined ? [] : [{ need, fact }];
  });
  const forms = known.flatMap(({ need, fact: { form } }) => (form === undefined ? [] : [{ need, form }]));
  const cells = [
    ...known.map(
      ({ need, fact }): NeedCell => ({
        need,
        ...((fact.value === 'no' ? undefined : inForm(row.transport, need, forms)) ?? fact),
      }),
    ),
    ...(objective === null
      ? []
      : [there === undefined ? objectiveCell(row, objective) : objectiveThere(there, objective)]),
  ];
  return {
    name: row.name,
    title: row.title,
    row,
    judgements,
    needs: cells,
    barred: cells.find(({ value }) => value === 'no') ?? null,
    conditions: cells.filter(isQualified),
    otherForm: cells.some(({ value }) => value === ELSEWHERE),
  };
}

/** Fact by which a transport fails a need in the form that another need requires; undefined if there is none. */
function inForm(
  transport: string,
  need: NeedId,
  forms: readonly { readonly need: NeedId; readonly form: string }[],
): Fact | undefined {
  for (const { need: asking, form } of forms) {
    const fact = factsOf(transport, form)?.[need];
    if (fact?.value === 'no') {
      return { ...fact, note: `${fact.note} in ${transport}:${form}, the form that “${needOf(asking).name}” requires` };
    }
  }
  return undefined;
}

/** Fact about a transport as it was implemented and measured. */
export function factOf(
  row: Pick<Row, 'flag' | 'transport'>,
  need: NeedId,
  { results: { transports }, analysis: { groups } }: Measured,
): Fact | undefined {
  const variant = variantOf(row);
  const fact = factsOf(row.transport, variant)?.[need];
  const info = transports.find((one) => one.id === row.transport && one.variant === variant);
  if (fact === undefined) return undefined;
  const asked = { flag: row.flag, groups, resume: info?.capabilities.resume, specified: fact };
  return measuredFact(need, asked) ?? asBuilt(need, fact, info?.capabilities);
}

/** `ws:deflate` is the variant `deflate` of `ws`. */
const variantOf = ({ flag, transport }: Pick<Row, 'flag' | 'transport'>): string | null =>
  flag === transport ? null : flag.slice(transport.length + 1);

const DECLARED: Source = {
  clause: 'capabilities declared in these results and checked by the conformance suite',
  url: 'bench/checks/conformance/suite.ts',
};

/** A protocol may promise more than the implementation that was measured. */
function asBuilt(need: NeedId, fact: Fact, declared: Capabilities | undefined): Fact {
  if (declared === undefined || fact.value === 'no') return fact;
  const built = (value: Fact['value'], note: string): Fact => ({ value, note, source: DECLARED, tag: 'measured' });
  if (need === 'binary' && !declared.binary) {
    return built(ELSEWHERE, 'as bytes; the messages measured here are text');
  }
  if (need === 'ordered' && !declared.ordered)
    return built('no', 'the implementation measured here does not keep order');
  if (need === 'reliable' && !declared.reliable)
    return built('no', 'the implementation measured here does not promise delivery');
  if (need === 'upstream' && declared.upstream === 'request')
    return built('no', 'in the implementation measured here, clients send in separate requests');
  return fact;
}

const ofObjective = (value: Fact['value'], note: string): NeedCell => ({
  need: 'objective',
  value,
  note,
  source: MEASURED,
  tag: 'measured',
});

/** Answer to the objective over the project's network, where few trials were planned: it holds if it does in each of them. */
function objectiveThere({ row, network }: NonNullable<Asked['there']>, objective: Objective): NeedCell {
  const { percentile, seconds } = objective;
  const id = percentile === 50 ? 'p50' : 'p99';
  const cell = row.cells[id];
  const limit = `${id} ≤ ${Number((seconds * 1e3).toPrecision(6))} ms`;
  if (cell.state === 'not shown')
    return ofObjective(
      'depends',
      `${limit} is met over ${network}, which is unknown: no ${id} is shown (${cell.reason})`,
    );
  const trials = cell.values.length;
  const figure = `${id} ${cellFigure(metric(id), cell)} ms over ${network}`;
  const side = sideOf(cell, seconds);
  if (side === null || trials < FEW_TRIALS)
    return ofObjective(
      'depends',
      `${limit} is met over ${network}, which ${countOf(trials, 'trial')} leave open: ${figure}`,
    );
  return side === 'within'
    ? ofObjective('yes', `${figure} meets ${limit} in each of ${trials} trials`)
    : ofObjective('no', `${figure} misses ${limit} in each of ${trials} trials`);
}

function objectiveCell(row: Row, { percentile, seconds }: Objective): NeedCell {
  const id = percentile === 50 ? 'p50' : 'p99';
  const limit = `${id} ≤ ${Number((seconds * 1e3).toPrecision(6))} ms`;
  const cell = row.cells[id];
  const measured = ofObjective;
  if (cell.state === 'not shown')
    return measured('depends', `${limit} is met, which is unknown: no ${id} is shown (${cell.reason})`);
  const definition = metric(id);
  const interval = cellInterval(definition, cell);
  const figure = `${id} ${cellFigure(definition, cell)} ms${interval === '' ? '' : ` (${interval})`}`;
  if (cell.interval === null)
    return measured('depends', `${limit} is met, for which there are too few trials: ${figure}`);
  const { low, high } = cell.interval;
  if (low > seconds) return measured('no', `${figure} misses ${limit}`);
  if (cell.bounded > 0)
    return measured(
      'depends',
      `${limit} is met, which is unknown: it was overloaded, so that ${figure} is a lower bound`,
    );
  if (high > seconds) return measured('depends', `${limit} is met, which the interval leaves open: ${figure}`);
  return measured('yes', `${figure} meets ${limit}`);
}
