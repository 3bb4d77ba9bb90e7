import type { Results } from '../../../bench/results/schema.ts';
import { FAMILIES } from '../../../bench/results/values.ts';
import type { Word } from '../../model/verdict.ts';
import {
  BROADCAST,
  ECHO,
  type Fault,
  type RunSpec,
  type ScenarioSpec,
  SEVEN,
  type TransportSpec,
} from '../../testing/fixtures.ts';

/** Invented run, and the facts about its first question, which follow from its invented figures. */
export type State = {
  readonly spec: RunSpec;
  /** Changes the results in ways that the spec cannot express. */
  readonly alter?: (results: Results) => Results;
  /** Exactly the transports that the answer must name; none if no verdict may be given. */
  readonly leaders: readonly string[];
  /** Verdicts that the first question's answer may state. A run without verdicts states none. */
  readonly claims: readonly Word[];
  readonly status: 'valid' | 'warnings' | 'quick' | 'interrupted' | 'invalid';
  /** Parts of the sentences: of the answer, of the second question's answer, and of the two certainties. */
  readonly says?: string;
  readonly second?: string;
  readonly measurement?: string;
  readonly preference?: string;
};

const everyTrial = (state: Fault['state'], reason: string): Record<number, Fault> =>
  Object.fromEntries(Array.from({ length: 7 }, (_, block) => [block, { state, reasons: [reason] }]));

const QUIET = { noise: 0.005 };

/** Makes `count` transports, each slower than the previous one by the factor `step`. */
const ladder = (count: number, step: number, spec: TransportSpec = QUIET): Record<string, TransportSpec> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `transport-${index + 1}`,
      {
        ...spec,
        title: `Invented transport number ${index + 1}`,
        family: CHOICES[index % CHOICES.length] ?? 'other',
        p50Ms: 0.2 * step ** index,
      },
    ]),
  );

const CHOICES = FAMILIES.filter((family) => family !== 'floor' && family !== 'other');

/** Makes `count` questions of a scenario, each with another number of clients. */
const sizes = (count: number, scenario: ScenarioSpec): ScenarioSpec[] =>
  Array.from({ length: count }, (_, index) => ({ ...scenario, clients: 10 * (index + 1) }));

/** Ordinary runs for which the first screen must give the answer. */
export const FIRST_SCREEN = {
  'a clear winner': {
    spec: { transports: SEVEN, scenarios: [ECHO, BROADCAST] },
    leaders: ['ws'],
    claims: ['worse'],
    status: 'valid',
  },
  'a tie of three': {
    spec: { transports: { a: QUIET, b: QUIET, c: QUIET, slow: { p50Ms: 3 }, slower: { p50Ms: 9 } } },
    leaders: ['a', 'b', 'c'],
    claims: ['equivalent', 'worse'],
    status: 'valid',
  },
  'a tie of all': {
    spec: { transports: { a: QUIET, b: QUIET, c: QUIET } },
    leaders: ['a', 'b', 'c'],
    claims: ['equivalent'],
    status: 'valid',
  },
  'none separated': {
    spec: { transports: { a: { noise: 0.3 }, b: { noise: 0.3 }, c: { noise: 0.3 }, d: { noise: 0.3 } }, trials: 7 },
    leaders: ['a', 'b', 'c', 'd'],
    claims: ['not separated'],
    status: 'valid',
  },
  'one failed': {
    spec: { transports: { ...SEVEN, sse: { faults: everyTrial('failed', 'the server exited with code 1') } } },
    leaders: ['ws'],
    claims: ['worse'],
    status: 'warnings',
  },
  invalid: {
    spec: {
      transports: {
        a: { faults: everyTrial('invalid', 'the generator was saturated') },
        b: { faults: everyTrial('suspect', 'the event loop was late') },
        c: {},
      },
    },
    leaders: [],
    claims: [],
    status: 'invalid',
  },
  'a single trial': {
    spec: { transports: SEVEN, scenarios: [ECHO, BROADCAST], trials: 1 },
    leaders: [],
    claims: [],
    status: 'quick',
  },
  'five trials': {
    spec: { transports: SEVEN, scenarios: [ECHO, BROADCAST], trials: 5 },
    leaders: [],
    claims: [],
    status: 'quick',
  },
  '20 cases': {
    spec: { transports: ladder(10, 1.3), scenarios: [ECHO, BROADCAST], trials: 7 },
    leaders: ['transport-1'],
    claims: ['worse'],
    status: 'valid',
  },
  '20 transports in a tie': {
    spec: { transports: ladder(20, 1), trials: 7 },
    leaders: Object.keys(ladder(20, 1)),
    claims: ['equivalent'],
    status: 'valid',
  },
  '30 transports in a tie, twice': {
    spec: { transports: ladder(30, 1), scenarios: [ECHO, BROADCAST], trials: 7 },
    leaders: Object.keys(ladder(30, 1)),
    claims: ['equivalent'],
    status: 'valid',
  },
  '300 cases': {
    spec: { transports: ladder(30, 1.15), scenarios: sizes(10, ECHO), trials: 7 },
    leaders: ['transport-1'],
    claims: ['worse'],
    status: 'valid',
  },
  '300 questions': {
    spec: { transports: { ws: { title: 'WebSocket' } }, scenarios: sizes(300, ECHO), trials: 7 },
    leaders: ['ws'],
    claims: [],
    status: 'valid',
  },
} as const satisfies Record<string, State>;
