import { OPERATORS, type Threshold } from '../../reports/analysis/thresholds.ts';
import { METRICS, metricsOf } from '../../reports/kinds/lookup.ts';
import type { Metric, MetricId } from '../../reports/model/metrics.ts';
import type { RunOptions } from '../plan/options.ts';
import { type Given, listOf, suggestion } from '../plan/readers.ts';
import {
  flagOf,
  isCovered,
  isCoveredIn,
  type Measured,
  type Narrowing,
  valueIn,
  writtenValue,
} from '../results/case.ts';
import { type CaseDescription, DIMENSIONS } from '../results/dimensions.ts';
import { oneMicro, PER_SECOND } from '../results/time.ts';
import { findScenario, scenarios } from '../scenarios/index.ts';
import type { ScenarioEntry } from '../scenarios/shape.ts';
import { findTransport, transportNames } from '../transports/index.ts';

/** Properties of a planned case that thresholds can name. */
type PlannedOf = Measured & CaseDescription;

/** Transports, scenarios and cases of a run, as far as they are known. If undefined, only names are checked. */
type Planned = (Pick<RunOptions, 'transports' | 'scenarios'> & { readonly cases?: readonly PlannedOf[] }) | undefined;

const FORM = 'takes <transport>.<scenario>.<figure><limit>, such as ws.echo.p99<50ms';
const SHAPE =
  /^([^.<>=\s[]+)\.([^.<>=\s[]+)((?:\[[^[\]]*\])*)\.(p\d+\.\d+|[^.<>=\s[]+)\s*(<=|>=|<|>)\s*(\d+\.?\d*|\.\d+)\s*(\S*)$/;

/** Splits a list like `listOf`, but not at commas within brackets. */
const conditionsOf = (value: unknown): string[] =>
  listOf(Array.isArray(value) ? value : String(value).replace(/,(?=[^[]*\])/g, ']['));

/** Reads thresholds and reports all problems of each. */
export function readThresholds(
  given: Given | undefined,
  measured: Planned,
): { thresholds: Threshold[]; problems: string[] } {
  if (given === undefined) return { thresholds: [], problems: [] };
  const texts = conditionsOf(given.value);
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

function readThreshold(text: string, measured: Planned): Threshold | string[] {
  const [whole, flag = '', scenario = '', brackets = '', figure = '', sign, amount, unit = ''] = SHAPE.exec(text) ?? [];
  const operator = OPERATORS.find((one) => one === sign);
  if (whole === undefined || operator === undefined) return [`${FORM}, not "${text}"`];
  const entry = findScenario(scenario);
  const ids = entry === undefined ? METRICS.map(({ id }) => id) : metricsOf(entry.kind.id);
  const metric = METRICS.find(({ id }) => id === figure && ids.some((one) => one === id));
  const limit = metric === undefined ? 0 : amountOf(Number(amount), unit, metric);
  const narrowing = readNarrowing(brackets, text);
  const problems = [
    ...unknownTransport(flag, text, measured),
    ...unknownScenario(scenario, text, measured),
    ...(metric === undefined ? [`"${text}": ${scenario} ${whyNoFigure(figure, ids, entry)}`] : []),
    ...(limit === null && metric !== undefined
      ? [`"${text}": ${metric.id} takes ${unitsOf(metric)}, not ${unit === '' ? 'a number alone' : `"${unit}"`}`]
      : []),
  ];
  if ('problems' in narrowing) return [...problems, ...narrowing.problems];
  if (problems.length > 0 || metric === undefined || limit === null) return problems;
  const { values } = narrowing;
  const uncovered = nothingCovered({ text, flag, scenario, values }, measured?.cases ?? []);
  if (uncovered.length > 0) return uncovered;
  const narrowed = Object.keys(values).length === 0 ? {} : { narrowing: values };
  return { text, flag, scenario, ...narrowed, metric: metric.id, operator, limit };
}

/** Reads the brackets of a threshold, such as `[network=4g-lossy][size=1024]`. */
function readNarrowing(brackets: string, text: string): { values: Narrowing } | { problems: string[] } {
  const parts = brackets === '' ? [] : brackets.slice(1, -1).split('][');
  const pairs = parts.map((part) => /^\s*([^=\s]+)\s*=\s*(.*\S)\s*$/.exec(part)?.slice(1) ?? [part]);
  const known = DIMENSIONS.map(({ name }) => name);
  const problems = pairs.flatMap(([name = '', value], at) => {
    if (value === undefined)
      return [`"${text}": [${name}] names no value; write [<dimension>=<value>], such as [size=1024]`];
    if (!known.includes(name)) return [`"${text}": unknown dimension "${name}"${suggestion(name, known)}`];
    return pairs.findIndex(([other]) => other === name) === at ? [] : [`"${text}" names ${name} twice`];
  });
  if (problems.length > 0) return { problems };
  return { values: Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value])) };
}

type Condition = Pick<Threshold, 'text' | 'flag' | 'scenario'> & { readonly values: Narrowing };

/** Problems of a threshold that covers none of the cases of its transport and scenario. */
function nothingCovered({ text, flag, scenario, values }: Condition, cases: readonly PlannedOf[]): string[] {
  const own = cases.filter((one) => flagOf(one) === flag && one.scenario === scenario);
  if (own.length === 0 || own.some((one) => isCovered(one, values))) return [];
  const missing = DIMENSIONS.filter((dimension) => !own.some((one) => isCoveredIn(dimension, one, values)));
  const problems = missing.map((dimension) => {
    const { name } = dimension;
    const measured = [...new Set(own.map((one) => writtenValue(valueIn(dimension, one))))];
    return values[name] === undefined
      ? `"${text}" covers only the default ${name}, which is not measured; name a value, such as ${flag}.${scenario}[${name}=${measured[0]}]`
      : `"${text}": no case of ${flag}.${scenario} has ${name} ${values[name]}; measured: ${measured.join(', ')}`;
  });
  return problems.length > 0 ? problems : [`"${text}": no case of ${flag}.${scenario} has all of these values`];
}

function unknownTransport(flag: string, text: string, measured: Planned): string[] {
  if (findTransport(flag) === undefined) {
    return [`"${text}": unknown transport "${flag}"${suggestion(flag, transportNames())}`];
  }
  if (measured === undefined || measured.transports.includes(flag)) return [];
  return [`"${text}": ${flag} is not measured; name it in --transports`];
}

function unknownScenario(scenario: string, text: string, measured: Planned): string[] {
  const known = scenarios.map(({ id }) => id);
  if (!known.includes(scenario)) return [`"${text}": unknown scenario "${scenario}"${suggestion(scenario, known)}`];
  if (measured === undefined || measured.scenarios.includes(scenario)) return [];
  return [`"${text}": ${scenario} is not measured; name it in --scenarios`];
}

function whyNoFigure(figure: string, ids: readonly MetricId[], entry: ScenarioEntry | undefined): string {
  if (entry?.kind.judgedBy === 'formulas')
    return 'is compared with formulas, and has no figure that a threshold can limit';
  return `has no figure "${figure}"${suggestion(figure, ids)}`;
}

/** Units per base unit, for metrics in seconds, in bytes, and per second. */
const SIZES: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** -10, MiB: 2 ** -20, kB: 1e-3, MB: 1e-6 };
const RATES: Readonly<Record<string, number>> = { '': 1, '/s': 1 };
const PERCENTAGES: Readonly<Record<string, number>> = { '%': 100 };
const COUNTS: Readonly<Record<string, number>> = { '': 1 };

function unitsFor({ unit }: Pick<Metric, 'unit'>): Readonly<Record<string, number>> {
  switch (unit) {
    case 's':
    case 'ms':
    case 'µs':
      return PER_SECOND;
    case 'B':
    case 'KiB':
    case 'MiB':
      return SIZES;
    case 'msg/s':
    case 'sessions/s':
      return { ...RATES, [unit]: 1 };
    case '%':
      return PERCENTAGES;
    case '':
      return COUNTS;
  }
}

/** Amount in base units; null if the unit does not fit. Dividing by a whole number keeps 800 µs exact. */
export function amountOf(amount: number, unit: string, metric: Metric): number | null {
  const perBase = Object.entries(unitsFor(metric)).find(([name]) => name === oneMicro(unit))?.[1];
  return perBase === undefined || !Number.isFinite(amount) ? null : amount / perBase;
}

/** Units that an amount of a metric may have, in words. */
export function unitsOf(metric: Metric): string {
  const names = Object.keys(unitsFor(metric)).filter((name) => name !== '');
  return names.length === 0 ? 'a number alone' : `a number in ${names.join(', ')}`;
}
