import { quoted, wordsOf } from '../../bench/results/command.ts';
import { NO_NETWORK } from '../../bench/results/dimensions.ts';
import { adviceOn, shapeOf } from '../kinds/lookup.ts';
import type { Group, Question } from '../model/model.ts';
import type { Evaluation } from './evaluate.ts';
import type { Advice, Answers, Measured } from './model.ts';

/** True for throughput that has a weight but was not measured. */
export const isUnmeasuredThroughput = ({ id, dropped, group }: Evaluation['readings'][number]): boolean =>
  id === 'throughput' && dropped !== null && group === null;

/** Flags of a run that say what was measured and how it is reached, whatever the load. */
const KEPT = ['plugin', 'url', 'exec', 'option'];

/**
 * Command that measures what the advice lacks: the load, the throughput, or transports that would meet the needs. It measures them
 * together with the remaining options, because only cases of one run are compared. Null if nothing is lacking.
 */
export function measureCommand(
  evaluation: Evaluation,
  unmeasured: Advice['unmeasured'],
  { results, analysis }: Measured,
  answers: Answers,
): string | null {
  const { matched, candidates, unknown, readings } = evaluation;
  const kept = keptFlags(results.plan.command);
  const found = unmeasured.filter((one) => one.measurable && isHere(one.name, results) && !kept.some(isAddress));
  const lacksThroughput = readings.some(isUnmeasuredThroughput);
  const { lacksNetwork } = matched;
  if (found.length === 0 && matched.state === 'measured' && !lacksThroughput && lacksNetwork === null) return null;
  const able = candidates.filter(({ barred, otherForm }) => barred === null && !otherForm).map(({ row }) => row.flag);
  const left = [...able, ...unknown.map(({ flag }) => flag)];
  // For another load, a transport that was not measured here at all is named only if nothing else is left.
  const isKnown = (name: string): boolean => results.transports.some(({ id }) => id === name.split(':')[0]);
  const others = found.map(({ name }) => name).filter((name) => matched.state === 'measured' || isKnown(name));
  const names = [...new Set(left.length + others.length > 0 ? [...left, ...others] : found.map(({ name }) => name))];
  if (names.length === 0) return null;
  // Over a network the run's own load is seldom one that fits; without one, its default is taken.
  const { scenarios, ...load } =
    lacksNetwork !== null
      ? wantedLoad(matched.state === 'measured' ? matched.group.question.scenario : matched.scenario, answers.load)
      : matched.state === 'measured'
        ? judgedLoad(matched.group.question)
        : wantedLoad(matched.scenario, answers.load);
  const also = lacksThroughput ? [adviceOn('throughput').scenarios] : [];
  const flags = {
    transports: names.join(','),
    scenarios: [scenarios, ...also].join(','),
    ...load,
    ...(answers.needs.includes('binary') ? { encoding: 'binary' } : {}),
  };
  return [
    'npm run bench --',
    ...Object.entries(flags).flatMap(([flag, value]) => (value === null ? [] : [`--${flag} ${quoted(String(value))}`])),
    ...kept,
    ...conditionFlags(matched.state === 'measured' ? [matched.group] : analysis.groups, scenarios, lacksNetwork),
  ].join(' ');
}

/** True unless the run found that this machine lacks something for the transport. */
const isHere = (name: string, { plan }: Measured['results']): boolean =>
  !(plan.leftOut ?? []).some((one) => one.kind === 'unavailable' && one.name.split(':')[0] === name.split(':')[0]);

/** True for the address of a server that is not ours, which speaks only what was measured. */
const isAddress = (flag: string): boolean => flag.startsWith('--url ');

function keptFlags(command: string): string[] {
  const words = wordsOf(command);
  return words.flatMap((word, index) => {
    const value = words[index + 1];
    return KEPT.some((flag) => word === `--${flag}`) && value !== undefined ? [`${word} ${quoted(value)}`] : [];
  });
}

/** Conditions of the measured cases, which hold for the load in question too. A server that is not ours decides TLS and tokens itself. */
function conditionFlags(groups: readonly Group[], wanted: string, lacksNetwork: string | null): string[] {
  const [first] = groups.toSorted((a, b) => Number(isOf(b, wanted)) - Number(isOf(a, wanted)));
  if (first === undefined) return [];
  const { tls, auth, target, reaches, payload = 'filler' } = first.question;
  const network = lacksNetwork ?? (first.question.network === NO_NETWORK ? null : first.question.network);
  // Over a network TLS is the default.
  const security = network === null ? (tls ? ['--tls'] : []) : tls || lacksNetwork !== null ? [] : ['--no-tls'];
  return [
    ...(network === null ? [] : [`--network ${quoted(network)}`]),
    ...(target === undefined ? security : []),
    ...(auth === undefined ? [] : [`--auth ${auth}`]),
    ...(reaches === 'others' && isOf(first, wanted) ? ['--reaches others'] : []),
    ...(payload === 'filler' ? [] : [`--payload ${payload}`]),
  ];
}

const isOf = ({ question }: Group, scenario: string): boolean => question.scenario === scenario;

const judgedLoad = ({ scenario, clients, rate, size, kind }: Question) =>
  shapeOf({ kind }).advice?.need === 'traffic'
    ? { scenarios: scenario, clients, rate, size }
    : { scenarios: scenario, clients };

const wantedLoad = (scenario: string, { clients, rate, size }: Answers['load']) =>
  rate === 0 ? { scenarios: scenario, clients } : { scenarios: scenario, clients, rate, size };
