import { OPERATORS, type Threshold } from '../../reports/analysis/thresholds.ts';
import { METRICS, metricsOf } from '../../reports/kinds/lookup.ts';
import type { Metric, MetricId } from '../../reports/model/metrics.ts';
import { type Given, listOf, type RunOptions, suggestion } from '../plan/options.ts';
import { findScenario, scenarios } from '../scenarios/index.ts';
import type { ScenarioEntry } from '../scenarios/shape.ts';
import { findTransport, transportNames } from '../transports/index.ts';

/** What a run measures, as far as it is known: with other problems about, only names are checked. */
type Measured = Pick<RunOptions, 'transports' | 'scenarios'> | undefined;

const FORM = 'takes <transport>.<scenario>.<figure><limit>, such as ws.echo.p99<50ms';
const SHAPE = /^([^.<>=\s]+)\.([^.<>=\s]+)\.([^.<>=\s]+)\s*(<=|>=|<|>)\s*(\d+\.?\d*|\.\d+)\s*(\S*)$/;

/** Reads conditions that figures have to keep to; every problem of every one of them is reported. */
export function readThresholds(
  given: Given | undefined,
  measured: Measured,
): { thresholds: Threshold[]; problems: string[] } {
  if (given === undefined) return { thresholds: [], problems: [] };
  const texts = listOf(given.value);
  const problems: string[] = texts.length === 0 ? [`${given.where} ${FORM}, not ""`] : [];
  const thresholds = texts.flatMap((text) => {
    const read = readThreshold(text, measured);
    if (Array.isArray(read)) {
      problems.push(...read.map((problem) => `${given.where}: ${problem}`));
      return [];
    }
    return [read];
  });
  return { thresholds, problems };
}

function readThreshold(text: string, measured: Measured): Threshold | string[] {
  const [whole, flag = '', scenario = '', figure = '', sign, amount, unit = ''] = SHAPE.exec(text) ?? [];
  const operator = OPERATORS.find((one) => one === sign);
  if (whole === undefined || operator === undefined) return [`${FORM}, not "${text}"`];
  const entry = findScenario(scenario);
  const ids = entry === undefined ? METRICS.map(({ id }) => id) : metricsOf(entry.kind.id);
  const metric = METRICS.find(({ id }) => id === figure && ids.some((one) => one === id));
  const limit = metric === undefined ? 0 : limitOf(Number(amount), unit, metric);
  const problems = [
    ...unknownTransport(flag, text, measured),
    ...unknownScenario(scenario, text, measured),
    ...(metric === undefined ? [`"${text}": ${scenario} ${whyNoFigure(figure, ids, entry)}`] : []),
    ...(limit === null && metric !== undefined
      ? [`"${text}": ${metric.id} takes ${unitsOf(metric)}, not ${unit === '' ? 'a number alone' : `"${unit}"`}`]
      : []),
  ];
  if (problems.length > 0 || metric === undefined || limit === null) return problems;
  return { text, flag, scenario, metric: metric.id, operator, limit };
}

function unknownTransport(flag: string, text: string, measured: Measured): string[] {
  if (findTransport(flag) === undefined) {
    return [`"${text}": unknown transport "${flag}"${suggestion(flag, transportNames())}`];
  }
  if (measured === undefined || measured.transports.includes(flag)) return [];
  return [`"${text}": ${flag} is not measured; name it in --transports`];
}

function unknownScenario(scenario: string, text: string, measured: Measured): string[] {
  const known = scenarios.map(({ id }) => id);
  if (!known.includes(scenario)) return [`"${text}": unknown scenario "${scenario}"${suggestion(scenario, known)}`];
  if (measured === undefined || measured.scenarios.includes(scenario)) return [];
  return [`"${text}": ${scenario} is not measured; name it in --scenarios`];
}

function whyNoFigure(figure: string, ids: readonly MetricId[], entry: ScenarioEntry | undefined): string {
  if (entry?.kind.judgedBy === 'formulas') return 'is held against formulas, and has no figure for a threshold';
  return `has no figure "${figure}"${suggestion(figure, ids)}`;
}

/** Units to a base unit, by what a metric is in: seconds, bytes, or so many a second. */
const TIMES: Readonly<Record<string, number>> = { s: 1, ms: 1e3, us: 1e6, µs: 1e6 };
const SIZES: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** -10, MiB: 2 ** -20, kB: 1e-3, MB: 1e-6 };
const RATES: Readonly<Record<string, number>> = { '': 1, '/s': 1 };
const COUNTS: Readonly<Record<string, number>> = { '': 1 };

function unitsFor({ unit }: Pick<Metric, 'unit'>): Readonly<Record<string, number>> {
  switch (unit) {
    case 'ms':
    case 'µs':
      return TIMES;
    case 'B':
    case 'KiB':
    case 'MiB':
      return SIZES;
    case 'msg/s':
    case 'sessions/s':
      return { ...RATES, [unit]: 1 };
    case '':
      return COUNTS;
  }
}

/** Dividing by a whole number keeps 800 µs what it is. */
function limitOf(amount: number, unit: string, metric: Metric): number | null {
  const perBase = Object.entries(unitsFor(metric)).find(([name]) => name === unit)?.[1];
  return perBase === undefined || !Number.isFinite(amount) ? null : amount / perBase;
}

function unitsOf(metric: Metric): string {
  const names = Object.keys(unitsFor(metric)).filter((name) => name !== '');
  return names.length === 0 ? 'a number alone' : `a number in ${names.join(', ')}`;
}
