import type { Answers, Objective, OwnLevel } from '../model.ts';
import { CRITERIA, type Weights, weightsOf } from './criteria.ts';
import { weightsText } from './flags.ts';
import { inOrder, judgedText, readJudged } from './judgements.ts';
import { CONTRADICTIONS, NEEDS, type NeedId } from './needs.ts';
import { PRESETS } from './presets.ts';

/** Answers while the reader gives them: typed text stays as typed until it can be parsed. */
export type Draft = {
  readonly preset: string | null;
  readonly needs: readonly NeedId[];
  readonly scenario: string | null;
  readonly clients: string;
  readonly rate: string;
  readonly size: string;
  /** Network to judge by; null: as the needs ask. */
  readonly network: string | null;
  readonly percentile: Objective['percentile'];
  readonly objectiveMs: string;
  readonly weights: Weights;
  readonly judged: readonly OwnLevel[];
  readonly judgement: boolean;
  /** True if weights were given, by hand or by a preset: only then is a cost shown. */
  readonly weighed: boolean;
};

/** Equal weights, for a draft without a preset. */
export const EVEN: Weights = weightsOf(Object.fromEntries(CRITERIA.map(({ id }) => [id, 10])));

export const BLANK: Draft = {
  preset: null,
  needs: [],
  scenario: null,
  clients: '',
  rate: '',
  size: '',
  network: null,
  percentile: 99,
  objectiveMs: '',
  weights: EVEN,
  judged: [],
  judgement: true,
  weighed: false,
};

/** Applies a preset's needs, weights and objective; the load stays the reader's. */
export function withPreset(draft: Draft, id: string): Draft {
  const preset = PRESETS.find((one) => one.id === id);
  if (preset === undefined) return { ...draft, preset: null };
  const { needs, weights, objective } = preset;
  const limit = { percentile: objective.percentile, objectiveMs: millisecondsText(objective) };
  return { ...draft, preset: id, needs, weights, ...limit, weighed: true };
}

const millisecondsText = ({ seconds }: Objective): string => String(Number((seconds * 1e3).toPrecision(12)));

const LIMIT = /^p(50|99):(.*)$/;

/** Objective of a draft as its link has it: `p99:50`, or `none`. */
function objectiveLink({ percentile, objectiveMs }: Pick<Draft, 'percentile' | 'objectiveMs'>): string {
  return objectiveMs.trim() === '' ? 'none' : `p${percentile}:${objectiveMs.trim()}`;
}

export type Field = 'needs' | 'clients' | 'rate' | 'size' | 'objective' | 'weights';
export type Problems = Partial<Readonly<Record<Field, string>>>;

/** Parses a draft. Returns all problems at once, each with what would be valid, and no answers if there is a problem. */
export function readDraft(draft: Draft): { readonly answers: Answers | null; readonly problems: Problems } {
  const { preset, needs, scenario, network, percentile, objectiveMs, weights, judged, judgement } = draft;
  const contradiction = CONTRADICTIONS.find(({ both }) => both.every((id) => needs.includes(id)));
  const clients = readNumber(draft.clients, 1, true);
  const rate = readNumber(draft.rate, 0, false);
  const size = readNumber(draft.size, 1, true);
  const milliseconds = readNumber(objectiveMs, Number.MIN_VALUE, false);
  const counting = CRITERIA.filter(({ id, judged }) => weights[id] > 0 && (judgement || !judged));
  const problems: Problems = {
    ...(contradiction === undefined ? {} : { needs: `These two needs exclude each other: ${contradiction.why}.` }),
    ...(clients === undefined ? { clients: 'Enter a whole number of at least 1, or leave this empty.' } : {}),
    ...(rate === undefined ? { rate: 'Enter a number of at least 0, or leave this empty.' } : {}),
    ...(size === undefined ? { size: 'Enter a whole number of at least 1, or leave this empty.' } : {}),
    ...(milliseconds === undefined ? { objective: 'Enter a number above 0, or leave this empty.' } : {}),
    ...(counting.length === 0 ? { weights: 'At least one criterion that counts needs a weight above 0.' } : {}),
  };
  if (clients === undefined || rate === undefined || size === undefined || milliseconds === undefined) {
    return { answers: null, problems };
  }
  if (Object.keys(problems).length > 0) return { answers: null, problems };
  const preferred = PRESETS.find(({ id }) => id === preset)?.scenario ?? null;
  const answers: Answers = {
    preset,
    // In the order of the list, so that the same needs always make the same answers.
    needs: NEEDS.filter(({ id }) => needs.includes(id)).map(({ id }) => id),
    load: { scenario, preferred, clients, rate, size, ...(network === null ? {} : { network }) },
    objective: milliseconds === null ? null : { percentile, seconds: milliseconds / 1e3 },
    weights,
    judged: judgement ? inOrder(judged) : [],
    judgement,
  };
  return { answers, problems };
}

/** Number in a text field; undefined if it is invalid, null if the field is empty. */
function readNumber(text: string, min: number, whole: boolean): number | null | undefined {
  if (text.trim() === '') return null;
  const number = /^\d+(\.\d+)?(e\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
  return number >= min && Number.isFinite(number) && (!whole || Number.isInteger(number)) ? number : undefined;
}

/** Names of the link's parameters that hold a draft. */
export const LINK_KEYS = [
  'for',
  'need',
  'scenario',
  'clients',
  'rate',
  'size',
  'over',
  'slo',
  'weights',
  'judge',
  'judgement',
] as const;
type LinkKey = (typeof LINK_KEYS)[number];

export function linkOf(draft: Draft): Partial<Record<LinkKey, string>> {
  const { preset, needs, scenario, network, clients, rate, size, weights, judged, judgement, weighed } = draft;
  const usual = PRESETS.find(({ id }) => id === preset);
  const limit = objectiveLink(draft);
  const said = {
    for: preset ?? '',
    need: needs.join(',') === (usual?.needs ?? []).join(',') ? '' : needs.join(',') || 'none',
    scenario: scenario ?? '',
    clients: clients.trim(),
    rate: rate.trim(),
    size: size.trim(),
    over: network ?? '',
    slo: limit === objectiveLink(preset === null ? BLANK : withPreset(BLANK, preset)) ? '' : limit,
    weights:
      weighed && weightsText(weights) !== weightsText(usual?.weights ?? weightsOf({})) ? weightsText(weights) : '',
    judge: judgedText(inOrder(judged)),
    judgement: judgement ? '' : 'no',
  };
  return Object.fromEntries(Object.entries(said).filter(([, text]) => text !== ''));
}

/** Draft that a link holds. Ignores invalid parameters: a link may have been cut off or written by hand. */
export function draftFrom(link: Partial<Record<LinkKey, string>>): Draft {
  const base = link.for === undefined ? BLANK : withPreset(BLANK, link.for);
  const [, percentile, objectiveMs = ''] =
    LIMIT.exec(link.slo ?? '') ?? (link.slo === 'none' ? [] : (LIMIT.exec(objectiveLink(base)) ?? []));
  const needs = link.need?.split(',');
  const weights = link.weights === undefined ? null : readWeights(link.weights);
  return {
    ...base,
    needs: needs === undefined ? base.needs : NEEDS.filter(({ id }) => needs.includes(id)).map(({ id }) => id),
    scenario: link.scenario ?? null,
    clients: link.clients ?? '',
    rate: link.rate ?? '',
    size: link.size ?? '',
    network: link.over ?? null,
    percentile: percentile === '50' ? 50 : 99,
    objectiveMs,
    weights: weights ?? base.weights,
    judged: inOrder((link.judge ?? '').split(',').flatMap((item) => readJudged(item) ?? [])),
    judgement: link.judgement !== 'no',
    weighed: weights !== null || base.weighed,
  };
}

function readWeights(text: string): Weights | null {
  const given = text.split(',').flatMap((part) => {
    const [, name, value] = /^(\w+):(\d+(?:\.\d+)?)$/.exec(part) ?? [];
    const known = CRITERIA.find(({ id }) => id === name);
    return known === undefined || value === undefined ? [] : [[known.id, Math.min(100, Number(value))] as const];
  });
  return given.some(([, weight]) => weight > 0) ? weightsOf(Object.fromEntries(given)) : null;
}
