import { FACTS } from '../../../reports/advice/facts/index.ts';
import { JUDGED } from '../../../reports/advice/facts/shape.ts';
import { LOSSY_NETWORK } from '../../../reports/advice/load.ts';
import type { Answers, Objective, OwnLevel } from '../../../reports/advice/model.ts';
import { CRITERIA, EQUAL, type Weights, weightsOf } from '../../../reports/advice/questions/criteria.ts';
import { inOrder, readJudged } from '../../../reports/advice/questions/judgements.ts';
import { CONTRADICTIONS, NEEDS, type NeedId } from '../../../reports/advice/questions/needs.ts';
import { PRESETS } from '../../../reports/advice/questions/presets.ts';
import { readNetwork } from '../../networks/network.ts';
import { listOf, suggestion } from '../../plan/readers.ts';
import { NO_NETWORK } from '../../results/dimensions.ts';
import { readLimit } from '../../results/time.ts';
import { scenarios } from '../../scenarios/index.ts';

/** Answers about a project as text, from flags or from the prompt. */
export interface AnswerTexts {
  readonly preset?: string;
  readonly need?: string;
  readonly scenario?: string;
  readonly clients?: string;
  readonly rate?: string;
  readonly size?: string;
  readonly network?: string;
  readonly objective?: string;
  /** Other name of the objective. */
  readonly slo?: string;
  readonly weights?: string;
  readonly judge?: string;
  readonly judgement?: boolean;
}

/** Reads answers and adds every problem to `problems`. An answer replaces the one of the preset. */
export function readAnswers(texts: AnswerTexts, problems: string[]): Answers {
  const preset = readPreset(texts.preset, problems);
  const needs = texts.need === undefined ? (preset?.needs ?? []) : readNeeds(texts.need, problems);
  const weights = texts.weights === undefined ? (preset?.weights ?? EQUAL) : readWeights(texts.weights, problems);
  const judgement = texts.judgement ?? true;
  if (!judgement && CRITERIA.every(({ id, judged }) => judged || weights[id] === 0)) {
    problems.push(
      '--no-judgement leaves nothing to weigh, because only judged criteria have a weight; give measured ones a weight with --weights',
    );
  }
  const judged = texts.judge === undefined ? [] : readOwn(texts.judge, problems);
  if (!judgement && judged.length > 0) problems.push('--judge contradicts --no-judgement; leave one of them out');
  return {
    preset: preset?.id ?? null,
    needs,
    load: {
      scenario: readScenario(texts.scenario, problems),
      preferred: preset?.scenario ?? null,
      clients: readNumber('clients', texts.clients, 1, problems),
      rate: readNumber('rate', texts.rate, 0, problems),
      size: readNumber('size', texts.size, 1, problems),
      ...(texts.network === undefined ? {} : { network: readNetworkName(texts.network, problems) }),
    },
    objective: objectiveOf(texts, preset?.objective ?? null, problems),
    weights,
    judged,
    judgement,
  };
}

const presetIds = PRESETS.map(({ id }) => id);
const needIds = NEEDS.map(({ id }) => id);
const criterionIds = CRITERIA.map(({ id }) => id);

function readPreset(text: string | undefined, problems: string[]) {
  if (text === undefined) return undefined;
  const found = PRESETS.find(({ id }) => id === text);
  if (found === undefined) problems.push(`--preset: unknown use "${text}"${suggestion(text, presetIds)}`);
  return found;
}

function readNeeds(text: string, problems: string[]): NeedId[] {
  const names = listOf(text).filter((name) => name !== 'none' && name !== '');
  const found = needIds.filter((id) => names.includes(id));
  for (const [index, name] of names.entries()) {
    if (!needIds.some((id) => id === name)) problems.push(`--need: unknown need "${name}"${suggestion(name, needIds)}`);
    else if (names.indexOf(name) !== index) problems.push(`--need names ${name} twice`);
  }
  for (const { both, why } of CONTRADICTIONS) {
    if (both.every((id) => found.includes(id))) problems.push(`--need ${both.join(' and ')} contradict: ${why}`);
  }
  return found;
}

function readScenario(text: string | undefined, problems: string[]): string | null {
  if (text === undefined) return null;
  const steady = scenarios.filter(({ kind }) => kind.advice === 'traffic').map(({ id }) => id);
  if (!steady.includes(text)) problems.push(`--scenario takes ${steady.join(' or ')}, not "${text}"`);
  return text;
}

/** Id of a network, as results have it; `mobile` stands for the default mobile network. */
function readNetworkName(text: string, problems: string[]): string | null {
  if (text === NO_NETWORK) return text;
  const read = readNetwork(text === 'mobile' ? LOSSY_NETWORK : text);
  if (!('problems' in read)) return read.network.id;
  problems.push(...read.problems.map((problem) => `--network: ${problem}`));
  return null;
}

function readNumber(name: string, text: string | undefined, min: number, problems: string[]): number | null {
  if (text === undefined) return null;
  const number = /^\d+(\.\d+)?(e\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
  const whole = name === 'rate' || Number.isInteger(number);
  if (number >= min && Number.isFinite(number) && whole) return number;
  problems.push(`--${name} takes a ${name === 'rate' ? '' : 'whole '}number of at least ${min}, not "${text}"`);
  return null;
}

function readOwn(text: string, problems: string[]): OwnLevel[] {
  const items = listOf(text).filter((item) => item !== '');
  const read = items.flatMap((item) => {
    const own = readJudged(item);
    if (own !== null) return [own];
    const [name = ''] = item.split('.');
    const known = Object.keys(FACTS);
    problems.push(
      known.includes(name) || !item.includes('.')
        ? `--judge takes ${known[0]}.${JUDGED.join(' or .')} and a level from 1 (best) to 3, such as ${known[0]}.${JUDGED[0]}=2, not "${item}"`
        : `--judge: unknown transport "${name}"${suggestion(name, known)}`,
    );
    return [];
  });
  const twice = read.find(
    (one, index) =>
      read.findIndex(({ transport, criterion }) => transport === one.transport && criterion === one.criterion) !==
      index,
  );
  if (twice !== undefined) problems.push(`--judge names ${twice.transport}.${twice.criterion} twice`);
  return inOrder(read);
}

function objectiveOf(
  { objective, slo }: AnswerTexts,
  usual: (Objective & { readonly source: unknown }) | null,
  problems: string[],
): Objective | null {
  if (objective !== undefined && slo !== undefined) {
    problems.push('--slo is another name of --objective; leave one of the two out');
  }
  const text = objective ?? slo;
  if (text === undefined) return usual === null ? null : { percentile: usual.percentile, seconds: usual.seconds };
  if (text.trim() === 'none') return null;
  const { percentile, seconds } = readLimit(text) ?? { percentile: 0, seconds: 0 };
  if (percentile === 50 || percentile === 99) return { percentile, seconds };
  const flag = objective === undefined ? '--slo' : '--objective';
  problems.push(`${flag} takes p50 or p99 and a time, such as p99<50ms, or none, not "${text}"`);
  return null;
}

function readWeights(text: string, problems: string[]): Weights {
  const given: Partial<Record<keyof Weights, number>> = {};
  const before = problems.length;
  for (const part of listOf(text)) {
    const [name = '', value = '', ...more] = part.split(':').map((piece) => piece.trim());
    const id = criterionIds.find((one) => one === name);
    if (id === undefined) {
      problems.push(`--weights: unknown criterion "${name}"${suggestion(name, criterionIds)}`);
    } else if (id in given) problems.push(`--weights names ${id} twice`);
    else if (!/^\d+(\.\d+)?$/.test(value) || more.length > 0) {
      problems.push(`--weights takes ${id}:<number of at least 0>, such as ${id}:20, not "${part}"`);
    } else given[id] = Number(value);
  }
  if (problems.length === before && Object.values(given).every((weight) => weight === 0)) {
    problems.push('--weights gives no weight above 0; write for example p99:50,bytes:20');
  }
  return weightsOf(given);
}
