import type { Case, Results } from '../../../bench/results/schema.ts';
import { upgrade } from '../../../bench/results/upgrade.ts';
import {
  BROADCAST,
  CAPACITY,
  CEILING,
  CONNECT,
  ECHO,
  EVERY_KIND,
  type Fault,
  IDLE,
  makeResults,
  SEVEN,
  type TransportSpec,
} from '../../testing/fixtures.ts';
import type { State } from './states.ts';

const QUIET = { noise: 0.005 };
const BOTH = [ECHO, BROADCAST];

const spoilt = (state: Fault['state'], ...blocks: number[]): Record<number, Fault> =>
  Object.fromEntries(blocks.map((block) => [block, { state, reasons: ['4 % of the messages were late'] }]));

/** Makes `count` transports; `spec` may give each different properties by its index. */
const alike = (count: number, name: string, spec: (index: number) => TransportSpec = () => QUIET) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index + 1}`, spec(index)]));

const namesOf = (transports: Readonly<Record<string, TransportSpec>>): string[] =>
  Object.keys(transports).filter((id) => transports[id]?.floor !== true);

const withCases = (results: Results, change: (one: Case) => Case): Results => ({
  ...results,
  cases: results.cases.map(change),
});

const LONG = 'a-name-that-goes-on-and-on-'.repeat(4);
const TWELVE = alike(12, 'socketio-polling-with-permessage-deflate-');
const TIED_ABREAST = alike(16, 'socketio:long-variant-');
const HOSTILE = '</script><img src=x onerror=alert(1)>';

const TEMPLATE = '$\u007bx}`"\'';

/** Makes every second trial of transport b take twice as long. */
const twoModes = (results: Results): Results => {
  const slow = makeResults({ transports: { b: { ...QUIET, p50Ms: 2 } }, trials: 8 }).cases[0]?.trials ?? [];
  return withCases(results, (one) =>
    one.transport === 'b'
      ? { ...one, trials: one.trials.map((trial, index) => (index % 2 === 1 ? (slow[index] ?? trial) : trial)) }
      : one,
  );
};

const LEFT_OUT: NonNullable<Results['plan']['leftOut']> = [
  { name: 'webtransport', kind: 'unavailable', reason: 'needs glibc 2.38 (this system has 2.36); Debian 13 has it' },
  { name: 'webrtc', kind: 'unavailable', reason: 'the native module was built for another system; npm rebuild' },
  { name: 'webrtc:lossy', kind: 'unavailable', reason: 'the native module was built for another system; npm rebuild' },
  { name: 'mqtt:qos2', kind: 'not supported', reason: 'messages above 65,535 bytes are refused' },
  { name: 'grpc', kind: 'unavailable', reason: 'a reason that says more than anybody wants to read. '.repeat(4) },
];

/** Unusual runs, and the facts about them. */
export const UNUSUAL = {
  'first at p99, not at p50': {
    spec: { transports: { a: { ...QUIET, tail: 0.9 }, b: { ...QUIET, p50Ms: 1.3, tail: 0.2 } }, trials: 7 },
    leaders: ['b'],
    claims: ['worse'],
    status: 'valid',
    preference: 'a is shown to be better than b in p50 latency',
  },
  'first by CPU alone': {
    spec: { transports: { a: { ...QUIET, cpuMicros: 10 }, b: QUIET, c: QUIET }, trials: 7 },
    leaders: ['a', 'b', 'c'],
    claims: ['equivalent'],
    status: 'valid',
  },
  'first at p99, last in all else': {
    spec: {
      transports: {
        a: { ...QUIET, cpuMicros: 200, framing: 400, memoryMiB: 300, connectMs: 20 },
        b: { ...QUIET, p50Ms: 2 },
        c: { ...QUIET, p50Ms: 2.4, framing: 4 },
      },
      trials: 7,
    },
    leaders: ['a'],
    claims: ['worse'],
    status: 'valid',
    preference: 'c is shown to be better than a in bytes per message; b in server CPU per message',
  },
  'a tie of two': {
    spec: { transports: { a: QUIET, b: QUIET, slow: { p50Ms: 2 } }, scenarios: BOTH, trials: 7 },
    leaders: ['a', 'b'],
    claims: ['equivalent', 'worse'],
    status: 'valid',
  },
  'a tie of twelve with long names': {
    spec: { transports: TWELVE, trials: 7 },
    leaders: namesOf(TWELVE),
    claims: ['equivalent'],
    status: 'valid',
  },
  'a winner among 30': {
    spec: {
      transports: alike(30, 't', (index) => ({ noise: 0.1, p50Ms: index === 17 ? 0.3 : 1 + index / 10 })),
      trials: 7,
    },
    leaders: ['t18'],
    claims: ['worse'],
    status: 'valid',
  },
  'thirty tiers, twice': {
    spec: { transports: alike(30, 't', (index) => ({ ...QUIET, p50Ms: 1.2 ** index })), scenarios: BOTH, trials: 7 },
    leaders: ['t1'],
    claims: ['worse'],
    status: 'valid',
  },
  'noise that hides everything': {
    spec: { transports: { a: { noise: 1.2 }, b: { noise: 1.2 }, c: { noise: 1.5 } }, trials: 7 },
    leaders: ['a', 'b', 'c'],
    claims: ['not separated'],
    status: 'valid',
  },
  'no noise at all': {
    spec: { transports: { a: { noise: 0 }, b: { noise: 0 }, c: { noise: 0, p50Ms: 1.2 } }, trials: 7 },
    leaders: ['a', 'b'],
    claims: ['equivalent', 'worse'],
    status: 'valid',
  },
  'one of two modes': {
    spec: { transports: { a: QUIET, b: QUIET, c: { ...QUIET, p50Ms: 4 } }, trials: 8 },
    alter: twoModes,
    leaders: ['a', 'b'],
    claims: ['not separated', 'worse'],
    status: 'valid',
  },
  'the winner failed in every trial': {
    spec: {
      transports: { ...SEVEN, ws: { faults: spoilt('failed', 0, 1, 2, 3, 4, 5, 6) }, socketio: QUIET },
      trials: 7,
    },
    leaders: ['mqtt', 'sse'],
    claims: ['not separated', 'worse'],
    status: 'warnings',
  },
  'failed in some trials': {
    spec: {
      transports: {
        ...SEVEN,
        ws: { ...SEVEN.ws, faults: spoilt('failed', 2) },
        sse: { ...SEVEN.sse, faults: spoilt('failed', 0, 3) },
      },
      trials: 7,
    },
    leaders: ['ws'],
    claims: ['worse'],
    status: 'warnings',
  },
  'a spoilt trial each, in blocks of their own': {
    spec: {
      transports: {
        a: { ...QUIET, faults: spoilt('invalid', 0) },
        b: { ...QUIET, faults: spoilt('invalid', 1) },
        c: { ...QUIET, p50Ms: 2, faults: spoilt('suspect', 2) },
        d: { ...QUIET, p50Ms: 3, faults: spoilt('invalid', 3) },
      },
      trials: 7,
    },
    leaders: ['a', 'b'],
    claims: ['equivalent', 'worse'],
    status: 'warnings',
    measurement: 'of 500 bootstrap resamples of 6 trials',
  },
  'six trials': { spec: { transports: SEVEN }, leaders: ['ws'], claims: ['worse'], status: 'valid' },
  'thirty trials': { spec: { transports: SEVEN, trials: 30 }, leaders: ['ws'], claims: ['worse'], status: 'valid' },
  'two trials': { spec: { transports: SEVEN, scenarios: BOTH, trials: 2 }, leaders: [], claims: [], status: 'quick' },
  'one transport': {
    spec: { transports: { ws: QUIET }, trials: 7 },
    leaders: ['ws'],
    claims: [],
    status: 'valid',
  },
  'the floor alone': {
    spec: { transports: { tcp: { ...QUIET, floor: true } }, trials: 7 },
    leaders: [],
    claims: [],
    status: 'valid',
    says: 'no answer: only the floor was measured, and it is no choice.',
  },
  'nothing arrives': {
    spec: { transports: { a: { lost: 1200 }, b: { lost: 1200 } }, trials: 7 },
    leaders: [],
    claims: [],
    status: 'warnings',
    says: 'no answer: no choice has a p50 in 6 valid trials.',
  },
  'the quickest loses messages': {
    spec: {
      transports: { ...SEVEN, webrtc: { variant: 'lossy', p50Ms: 0.12, lost: 30 } },
      scenarios: BOTH,
      trials: 7,
    },
    leaders: ['webrtc:lossy'],
    claims: ['worse'],
    status: 'warnings',
    says: 'Deliveries were lost, which latencies do not show: webrtc:lossy 210 of 8,400.',
  },
  'one is overloaded': {
    spec: { transports: { ...SEVEN, sse: { ...SEVEN.sse, p50Ms: 2_000, overdue: 500 } }, trials: 7 },
    leaders: ['ws'],
    claims: ['worse'],
    status: 'warnings',
    says: 'use ws: every other choice is shown to be slower at p99 (beyond ±5 %).',
  },
  'a slow one loses messages': {
    spec: { transports: { ...SEVEN, sse: { ...SEVEN.sse, lost: 3 } }, trials: 7 },
    leaders: ['ws'],
    claims: ['worse'],
    status: 'warnings',
    says: 'use ws: every other choice is shown to be slower at p99 (beyond ±5 %).',
  },
  'one carries no binary messages': {
    spec: {
      transports: { ...SEVEN, sse: { ...SEVEN.sse, binary: false } },
      scenarios: [{ ...ECHO, encoding: 'binary' }, ECHO],
    },
    alter: (results) => ({
      ...results,
      cases: results.cases.filter(({ transport, encoding }) => transport !== 'sse' || encoding === 'text'),
    }),
    leaders: ['ws'],
    claims: ['worse'],
    status: 'valid',
  },
  'many left out, with long reasons': {
    spec: { transports: SEVEN, scenarios: BOTH, trials: 7 },
    alter: (results) => ({ ...results, plan: { ...results.plan, leftOut: LEFT_OUT } }),
    leaders: ['ws'],
    claims: ['worse'],
    status: 'valid',
  },
  'questions that disagree': {
    spec: { transports: { a: QUIET, b: { ...QUIET, p50Ms: 1.5 } }, scenarios: BOTH, trials: 7 },
    alter: (results) =>
      withCases(results, (one) => {
        if (one.scenario === 'echo') return one;
        const other = results.cases.find(
          ({ scenario, transport }) => scenario === 'broadcast' && transport !== one.transport,
        );
        return { ...one, trials: other?.trials ?? [] };
      }),
    leaders: ['a'],
    claims: ['worse'],
    status: 'valid',
    second: 'use b: every other choice is shown to be slower',
  },
  'rates, of which the lowest has no p99': {
    spec: { transports: SEVEN, scenarios: [100, 1_000, 20_000].map((rate) => ({ ...ECHO, rate })), trials: 7 },
    leaders: ['ws'],
    claims: ['worse'],
    status: 'warnings',
  },
  'names that go on and on': {
    spec: {
      transports: { [LONG]: QUIET, [`${LONG}too`]: QUIET, [`${LONG}slowly`]: { p50Ms: 2 } },
      scenarios: BOTH,
      trials: 7,
    },
    leaders: [LONG, `${LONG}too`],
    claims: ['equivalent', 'worse'],
    status: 'valid',
  },
  'a scenario whose name goes on and on': {
    spec: { transports: SEVEN, scenarios: [{ ...ECHO, scenario: 'scenario'.repeat(20) }, BROADCAST], trials: 7 },
    leaders: ['ws'],
    claims: ['worse'],
    status: 'valid',
  },
  'sixteen with variants, in tiers of their own': {
    spec: {
      transports: alike(16, 'socketio:long-variant-', (index) => ({ ...QUIET, p50Ms: 1.3 ** index })),
      scenarios: BOTH,
      trials: 7,
    },
    leaders: ['socketio:long-variant-1'],
    claims: ['worse'],
    status: 'valid',
  },
  'sixteen with variants, in a tie': {
    spec: { transports: TIED_ABREAST, scenarios: BOTH, trials: 7 },
    leaders: namesOf(TIED_ABREAST),
    claims: ['equivalent'],
    status: 'valid',
  },
  'names from right to left': {
    spec: {
      transports: { ويبسوكت: QUIET, שרת: { ...QUIET, p50Ms: 2 }, ws: { ...QUIET, p50Ms: 3 } },
      scenarios: BOTH,
      trials: 7,
    },
    leaders: ['ويبسوكت'],
    claims: ['worse'],
    status: 'valid',
  },
  'names with markup': {
    spec: {
      transports: { [HOSTILE]: QUIET, '<!--': { p50Ms: 2 }, ']]>': { p50Ms: 3 }, [TEMPLATE]: { p50Ms: 4 } },
      trials: 7,
    },
    leaders: [HOSTILE],
    claims: ['worse'],
    status: 'valid',
  },
  'interrupted before anything could be judged': {
    spec: { transports: SEVEN, scenarios: BOTH, trials: 7, done: 3, state: 'interrupted' },
    leaders: [],
    claims: [],
    status: 'interrupted',
  },
  'interrupted after enough': {
    spec: { transports: SEVEN, scenarios: BOTH, trials: 30, done: 6, state: 'interrupted' },
    leaders: ['ws'],
    claims: ['worse'],
    status: 'interrupted',
  },
  'capacity alone': {
    spec: { transports: SEVEN, scenarios: [CAPACITY], trials: 7 },
    leaders: ['ws'],
    claims: ['worse'],
    status: 'valid',
  },
  'a capacity that is a lower bound, and one of nothing': {
    spec: {
      transports: { a: { capacity: 0 }, b: { capacity: 5_000, lowerBounds: { 0: 0.9 } }, c: { capacity: 9_000 } },
      scenarios: [CAPACITY],
      trials: 7,
    },
    leaders: [],
    claims: [],
    status: 'warnings',
    says: 'reached its limit before the server did, for b (1 of 7 searches). Capacity measured: c (8,910 msg/s) and b (≥ 5,000 msg/s), in no order',
  },
  'opening alone': {
    spec: { transports: SEVEN, scenarios: [CONNECT], trials: 7 },
    leaders: ['ws'],
    claims: ['worse'],
    status: 'valid',
  },
  'idle sessions alone': {
    spec: { transports: SEVEN, scenarios: [IDLE], trials: 7 },
    leaders: ['ws'],
    claims: ['worse'],
    status: 'valid',
  },
  'a closed loop alone': {
    spec: { transports: SEVEN, scenarios: [CEILING], trials: 7 },
    leaders: ['ws'],
    claims: ['worse'],
    status: 'valid',
  },
  'every kind': {
    spec: { transports: SEVEN, scenarios: EVERY_KIND, trials: 7, wire: 'link' },
    leaders: ['ws'],
    claims: ['worse'],
    status: 'valid',
  },
  'a machine that is not fit': {
    spec: {
      transports: SEVEN,
      scenarios: BOTH,
      trials: 7,
      environment: {
        checks: ['load average', 'governor', 'swap', 'quota'].map((name) => ({
          name,
          state: 'unfit',
          observed: 'something on this machine is not as it should be, and here is what',
          fix: 'Close other programs, and set the governor to performance.',
        })),
      },
    },
    leaders: ['ws'],
    claims: ['worse'],
    status: 'warnings',
  },
  'everything out of the ordinary': {
    spec: { transports: SEVEN, scenarios: BOTH, trials: 7 },
    alter: (results) =>
      upgrade(
        withCases(results, (one) => ({
          ...one,
          tls: true,
          payload: 'json',
          auth: 'ES256',
          network: 'mobile: 80 ms ± 20 ms, 1 % loss, 10 Mbit/s',
          target: 'wss://example.invalid:8443/a/rather/long/path/of/a/server',
        })),
      ),
    leaders: ['ws'],
    claims: ['worse'],
    status: 'valid',
  },
  'figures at the ends of the scale': {
    spec: {
      transports: { a: { ...QUIET, p50Ms: 1e-7, cpuMicros: 0, memoryMiB: 0 }, b: { p50Ms: 20_000, framing: -128 } },
      trials: 7,
    },
    leaders: ['a'],
    claims: ['worse'],
    status: 'valid',
  },
} as const satisfies Record<string, State>;
