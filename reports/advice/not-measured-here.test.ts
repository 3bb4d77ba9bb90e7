import { describe, expect, test } from 'vitest';
import { wordsOf } from '../../bench/results/command.ts';
import { analyse } from '../analysis/analyse.ts';
import { decisionRecord } from '../markdown/decision-record.ts';
import { adviceText } from '../terminal/advice.ts';
import { BROADCAST, CAPACITY, ECHO, IDLE, makeResults, type RunSpec, SEVEN } from '../testing/fixtures.ts';
import { advise } from './advise.ts';
import { ELSEWHERE } from './facts/shape.ts';
import type { Advice, Answers } from './model.ts';
import { EQUAL, weightsOf } from './questions/criteria.ts';
import { adviceDocument } from './words.ts';

type Given = Partial<Omit<Answers, 'load'>> & { readonly load?: Partial<Answers['load']>; readonly command?: string };

function adviceOn(spec: RunSpec, { load = {}, command, ...given }: Given = {}): Advice {
  const made = makeResults(spec);
  const results = command === undefined ? made : { ...made, plan: { ...made.plan, command } };
  const answers: Answers = {
    preset: null,
    needs: [],
    objective: null,
    weights: EQUAL,
    judged: [],
    judgement: true,
    ...given,
    load: { scenario: null, preferred: null, clients: null, rate: null, size: null, ...load },
  };
  return advise({ results, analysis: analyse(results, { resamples: 200 }) }, answers, { draws: 100 });
}

/** Everything that a reader may see of an advice, but for the command that repeats it. */
const outputs = (advice: Advice): string[] => [
  adviceText(advice, { width: 10_000, colour: false }),
  decisionRecord(advice, { command: 'npm run choose -- results.json' }),
  adviceDocument(advice),
];

/** Commands in an output; those of the document are in its strings. */
const commandsIn = (text: string): string[] =>
  text.startsWith('{') ? stringsIn(JSON.parse(text)).flatMap(commandsInText) : commandsInText(text);

const stringsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
};

const commandsInText = (text: string): string[] =>
  Array.from(text.matchAll(/npm run bench -- .*/g), ([command]) => command);

const option = ({ options }: Advice, name: string) => options.find((one) => one.name === name);
const { tcp: _, ...SIX } = SEVEN;
const best = { p50Ms: 0.01, framing: 1, cpuMicros: 1, memoryMiB: 10, noise: 0 };
const worst = { p50Ms: 90, framing: 9_000, cpuMicros: 900, memoryMiB: 900, noise: 0 };

describe('a need that is met only in a form not measured here', () => {
  test.each([
    ['devices', 'mqtt', 'telemetry'],
    ['replay', 'sse', null],
    ['replay', 'socketio', null],
    ['http-only', 'socketio', null],
    ['browser', 'mqtt', null],
    ['peer', 'webrtc', null],
  ] as const)('%s by %s says so in every output, and is no plain yes', (need, name, preset) => {
    const run = { transports: { ...SIX, webrtc: {} } };
    const advice = adviceOn(run, { needs: [need], preset });
    const found = option(advice, name);
    expect(found).toMatchObject({ rating: 'Only if', fit: null, cells: [], reasons: [] });
    expect(found?.because).toMatch(/^only in a form not measured here: /);
    expect(found?.needs).toMatchObject([{ need, value: ELSEWHERE }]);
    expect(advice.recommended).not.toContain(name);
    for (const text of outputs(advice)) expect(text).toContain('in a form not measured here');
  });

  test.each([
    ['best', best, worst],
    ['worst', worst, best],
  ])('does not count with its figures, be they the %s', (_what, mine, others) => {
    const transports = { mqtt: mine, sse: mine, ws: others, 'long-polling': others, graphql: worst };
    const advice = adviceOn({ transports }, { needs: ['replay'], weights: weightsOf({ p99: 1, bytes: 1 }) });
    // Only the cursor of polling is part of what was measured.
    expect(advice.recommended).toEqual(['long-polling']);
    expect([option(advice, 'mqtt')?.fit, option(advice, 'sse')?.fit]).toEqual([null, null]);
    expect(option(advice, 'ws')?.rating).toBe('Avoid');
  });

  test('with a condition and another form at once, both are named', () => {
    const advice = adviceOn({ transports: { mqtt: {}, 'long-polling': {} } }, { needs: ['serverless', 'devices'] });
    expect(option(advice, 'mqtt')?.because).toMatch(
      /^only in a form not measured here: with a last will .*; only if a broker elsewhere keeps the connections open$/,
    );
    expect(advice.heading).toContain('By the facts alone, mqtt in a form not measured here would.');
  });

  test('of a transport outside the run is named as well, and no command would measure it', () => {
    const advice = adviceOn({ transports: { ws: {}, sse: {} } }, { needs: ['devices'] });
    expect(advice.unmeasured).toEqual([
      expect.objectContaining({
        name: 'mqtt',
        measurable: false,
        conditions: [expect.stringMatching(/^only in a form not measured here: with a last will/)],
      }),
    ]);
    expect(advice.measure).toBeNull();
  });
});

describe('a load that was not measured', () => {
  const orders = [Object.entries(SIX), Object.entries(SIX).toReversed()].map((entries) => Object.fromEntries(entries));
  const figures = [best, worst];

  test.each([
    [
      'graphql',
      ['graphql'],
      { clients: 100_000, rate: 0 },
      [ECHO, IDLE],
      ['long-polling', 'mqtt', 'socketio', 'sse', 'ws'],
    ],
    ['long-polling', ['http-only', 'buffering'], { rate: 1e6 }, [ECHO], ['graphql', 'mqtt', 'sse', 'ws']],
    ['mqtt:ws', ['browser', 'quiet'], { scenario: 'broadcast', size: 1e6 }, [BROADCAST], ['grpc', 'short-polling']],
  ] as const)('leaves what only %s can do, whatever the figures and the order', (name, needs, load, scenarios, out) => {
    const [id = '', variant] = name.split(':');
    for (const order of orders) {
      for (const own of figures) {
        const spec = { ...own, ...(variant === undefined ? {} : { variant }) };
        const incapable = variant === undefined ? order : { 'short-polling': {}, grpc: {} };
        const advice = adviceOn({ transports: { ...incapable, [id]: spec }, scenarios }, { needs, load });
        expect(advice.outcome).toBe('outside');
        expect(advice.recommended).toEqual([name]);
        expect(advice.heading).toMatch(
          /^Use .*, only if .*it copes with your load, which was not measured: at any load, no other/,
        );
        expect(option(advice, name)).toMatchObject({ rating: 'Only if', fit: null });
        expect(advice.options.filter(({ rating }) => rating === 'Avoid').map((one) => one.name)).toEqual(out);
      }
    }
  });

  test('leaves who meets the needs, and who does not, if several do', () => {
    const advice = adviceOn({ transports: SIX }, { needs: ['browser', 'upstream'], load: { rate: 1e6 } });
    expect(advice.heading).toBe(
      'No advice on which is best: the load is outside the measured range. At any load, only graphql, socketio and ws meet the needs.',
    );
    expect(option(advice, 'sse')).toMatchObject({ rating: 'Avoid' });
    for (const text of outputs(advice)) expect(text).toContain('meet the needs.');
  });

  test('leaves that nobody meets them', () => {
    const advice = adviceOn({ transports: SIX }, { needs: ['lossy'], load: { rate: 1e6 } });
    expect(advice.heading).toBe(
      'No measured transport meets the needs, at any load. By the facts alone, webrtc:unordered or webtransport:datagram would.',
    );
  });

  test('of a kind that the run lacks is the same case', () => {
    const silent = { needs: ['graphql'], load: { rate: 0 } } as const;
    expect(adviceOn({ transports: SIX, scenarios: [ECHO] }, silent)).toMatchObject({
      outcome: 'none',
      recommended: ['graphql'],
      measure: 'npm run bench -- --transports graphql --scenarios idle',
    });
    const streamed = { load: { scenario: 'broadcast' } };
    expect(adviceOn({ transports: SIX, scenarios: [ECHO] }, streamed).heading).toBe(
      'No advice: the run measured no such load.',
    );
  });

  test('claims no certainty, no change and no measurement', () => {
    const advice = adviceOn({ transports: SIX }, { needs: ['graphql'], load: { rate: 1e6 } });
    const [text = '', record = ''] = outputs(advice);
    for (const one of [text, record]) expect(one).not.toContain('change the answer');
    expect(record).toContain('No decision could be based on measurements');
    expect(record).toContain('It is based on facts about the transports, which hold at any load.');
  });

  test('and an objective: whether it is met is open, and said to be', () => {
    const objective = { percentile: 99, seconds: 0.05 } as const;
    const advice = adviceOn({ transports: SIX }, { needs: ['graphql'], load: { rate: 1e6 }, objective });
    expect(advice.heading).toContain('copes with your load and meets the objective there');
  });
});

describe('the command that measures what is missing', () => {
  const command =
    "npm run bench -- --transports ws,'odd one' --scenarios echo --plugin './my plugins/it'\\''s.ts,b.ts' --tls --trials 7";
  const transports = { ws: {}, sse: {}, 'odd one': {} };

  test.each([
    ['a load outside the range', { load: { rate: 1e6 } }],
    ['a kind of load that the run lacks', { load: { rate: 0, clients: 50 } }],
    ['a scenario that the run lacks', { load: { scenario: 'broadcast' } }],
    ['throughput without a search', { weights: weightsOf({ p99: 1, throughput: 1 }) }],
    ['a need that nobody meets', { needs: ['lossy'], weights: weightsOf({ throughput: 1 }) }],
    ['a need and a load at once', { needs: ['binary', 'browser'], load: { rate: 1e6, size: 9 } }],
  ] as const)('is one and the same in every output for %s, with the plugin and quoted', (_what, given) => {
    const advice = adviceOn({ transports }, { ...given, command });
    const { measure } = advice;
    expect(measure).not.toBeNull();
    const words = wordsOf(measure ?? '');
    expect(words[words.indexOf('--plugin') + 1]).toBe("./my plugins/it's.ts,b.ts");
    for (const text of outputs(advice)) {
      const found = commandsIn(text);
      expect(found.length).toBeGreaterThan(0);
      expect(new Set(found)).toEqual(new Set([measure]));
    }
  });

  test('names what nobody has ruled out: the options left, those without facts, and what would do', () => {
    const { measure } = adviceOn({ transports }, { needs: ['http-only'], load: { rate: 1e6 }, command });
    const words = wordsOf(measure ?? '');
    const names = words[words.indexOf('--transports') + 1]?.split(',') ?? [];
    expect(names.slice(0, 2)).toEqual(['sse', 'odd one']);
    expect(names).not.toContain('ws');
    expect(words).toContain('1000000');
  });

  test('repeats how a server that is not ours is reached', () => {
    const url =
      "npm run bench -- --transports ws --url 'ws://HOST:PORT/a?b' --exec 'PORT=1 node \"my server.js\"' --option path=/x";
    const { measure } = adviceOn({ transports: { ws: {}, sse: {} } }, { load: { clients: 9_999 }, command: url });
    expect(measure).toMatch(
      / --url 'ws:\/\/HOST:PORT\/a\?b' --exec 'PORT=1 node "my server\.js"' --option 'path=\/x'$/,
    );
  });

  test('is absent where nothing is missing', () => {
    const run = { transports: SIX, scenarios: [ECHO, CAPACITY] };
    const advice = adviceOn(run, { weights: weightsOf({ p99: 1, throughput: 1 }), needs: ['upstream'] });
    for (const text of outputs(adviceOn(run, { weights: weightsOf({ p99: 1, throughput: 1 }) })))
      expect(commandsIn(text)).toEqual(advice.unmeasured.length === 0 ? [] : expect.anything());
  });
});
