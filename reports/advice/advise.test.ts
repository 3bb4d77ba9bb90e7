import { describe, expect, test } from 'vitest';
import { analyse } from '../analysis/analyse.ts';
import {
  BROADCAST,
  CAPACITY,
  ECHO,
  IDLE,
  makeResults,
  type RunSpec,
  SEVEN,
  type TransportSpec,
} from '../testing/fixtures.ts';
import { advise } from './advise.ts';
import { candidateOf } from './candidates.ts';
import type { Advice, Answers, Option } from './model.ts';
import { EQUAL, weightsOf } from './questions/criteria.ts';
import { NEEDS, type NeedId } from './questions/needs.ts';
import { weightDraws } from './random.ts';
import { certaintiesOf } from './words.ts';

type Given = Partial<Omit<Answers, 'load'>> & { readonly load?: Partial<Answers['load']> };

const answersOf = ({ load = {}, ...given }: Given): Answers => ({
  preset: null,
  needs: [],
  objective: null,
  weights: EQUAL,
  judged: [],
  judgement: true,
  ...given,
  load: { scenario: null, preferred: null, clients: null, rate: null, size: null, ...load },
});

function adviceOn(spec: RunSpec, given: Given = {}, options: Parameters<typeof advise>[2] = { draws: 1_000 }): Advice {
  const results = makeResults(spec);
  return advise({ results, analysis: analyse(results, { resamples: 500 }) }, answersOf(given), options);
}

function option({ options }: Advice, name: string): Option {
  const found = options.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no option ${name}`);
  return found;
}

const ratings = ({ options }: Advice) => Object.fromEntries(options.map(({ name, rating }) => [name, rating]));

/** Need that ruled an option out, with its source. */
const barrier = (advice: Advice, name: string) => {
  const cell = option(advice, name).needs.find(({ value }) => value === 'no');
  return [cell?.need, cell?.source.clause, cell?.tag];
};

const none: TransportSpec = { noise: 0 };

describe('answers worked by hand', () => {
  test('browsers, binary, a network that loses packets: only what waits for no lost packet', () => {
    const advice = adviceOn(
      {
        transports: {
          ...SEVEN,
          sse: { ...SEVEN.sse, binary: false },
          graphql: { ...SEVEN.graphql, binary: false },
          webrtc: { ...none, variant: 'lossy', p50Ms: 1, framing: 60 },
          webtransport: { ...none, variant: 'datagram', p50Ms: 4, framing: 60 },
        },
      },
      { needs: ['browser', 'binary', 'lossy'], weights: weightsOf({ p99: 100 }) },
    );
    expect(advice.heading).toBe('Use webrtc:lossy.');
    expect(ratings(advice)).toEqual({
      'webrtc:lossy': 'Use',
      'webtransport:datagram': 'Avoid',
      ws: 'Avoid',
      socketio: 'Avoid',
      sse: 'Avoid',
      'long-polling': 'Avoid',
      mqtt: 'Avoid',
      graphql: 'Avoid',
    });
    // Four times the p99 is four times the cost where nothing else counts; three times is too much.
    expect(option(advice, 'webtransport:datagram').fit).toBeCloseTo(4, 1);
    expect(barrier(advice, 'ws')).toEqual(['lossy', 'RFC 9293 §2.2', 'specification']);
    expect(barrier(advice, 'sse')).toEqual(['binary', 'WHATWG HTML §9.2.5', 'specification']);
    expect(barrier(advice, 'graphql')[0]).toBe('binary');
    // The floor is nobody's choice.
    expect(advice.options.map(({ name }) => name)).not.toContain('tcp');
  });

  test('server push alone, through proxies that pass plain HTTP: an event stream, and polls where they hold it back', () => {
    const run = { transports: SEVEN, scenarios: [ECHO, BROADCAST] };
    const advice = adviceOn(run, { needs: ['push-only', 'http-only'] });
    expect(advice.heading).toBe('Use sse.');
    // Only what the server sends counts.
    expect(advice.load.group).toContain('broadcast');
    expect(barrier(advice, 'ws')).toEqual(['http-only', 'RFC 9110 §7.8', 'specification']);
    expect(option(advice, 'mqtt').rating).toBe('Avoid');
    // It could poll; nobody measured it doing so, so that no figure of it is held against the others.
    expect(option(advice, 'socketio')).toMatchObject({ rating: 'Only if', fit: null, reasons: [] });
    const held = adviceOn(run, { needs: ['push-only', 'http-only', 'buffering'] });
    expect(held.recommended).toEqual(['long-polling']);
    expect(barrier(held, 'sse')).toEqual(['buffering', 'RFC 6202 §3.2', 'specification']);
    expect(advice.sensitivity.needs.find(({ need }) => need === 'buffering')).toMatchObject({
      asked: false,
      winner: 'long-polling',
    });
  });

  test('telemetry from devices that come and go: MQTT, in a form whose figures nobody measured', () => {
    const advice = adviceOn({ transports: SEVEN }, { needs: ['upstream', 'devices'] });
    expect(advice.heading).toBe(
      'No measured transport meets the needs. By the facts alone, mqtt in a form not measured here would.',
    );
    expect(option(advice, 'mqtt')).toMatchObject({ rating: 'Only if', fit: null, reasons: [] });
    expect(barrier(advice, 'ws')[0]).toBe('devices');
    expect(advice.sensitivity.needs.find(({ need }) => need === 'devices')).toMatchObject({
      asked: true,
      winner: 'ws',
    });
  });

  test('an existing GraphQL schema: GraphQL, though the slowest', () => {
    const advice = adviceOn({ transports: SEVEN }, { needs: ['graphql', 'browser'] });
    expect(advice.recommended).toEqual(['graphql']);
    expect(Object.values(ratings(advice)).filter((rating) => rating === 'Avoid')).toHaveLength(5);
    expect(advice.sensitivity.needs[0]).toMatchObject({ need: 'graphql', asked: true, winner: 'ws' });
  });

  test('100,000 silent clients where 2,000 were measured: what the needs decide holds, and no figure is used', () => {
    const advice = adviceOn(
      { transports: SEVEN, scenarios: [ECHO, IDLE] },
      { needs: ['graphql'], load: { clients: 100_000, rate: 0 } },
    );
    expect(advice.outcome).toBe('outside');
    expect(advice.heading).toBe(
      'Use graphql, only if it copes with your load, which was not measured: at any load, no other measured transport meets the needs.',
    );
    expect(advice.recommended).toEqual(['graphql']);
    expect(advice.load.text).toBe(
      'Your load is outside the measured range: you gave 100,000 clients; the run measured 2,000 clients (idle).',
    );
    expect(advice.measure).toBe('npm run bench -- --transports graphql --scenarios idle --clients 100000');
    const open = { scenarios: [ECHO, IDLE], transports: SEVEN };
    expect(adviceOn(open, { needs: ['quiet', 'browser'], load: { clients: 100_000, rate: 0 } }).measure).toMatch(
      /^npm run bench -- --transports (?=.*\bws,)(?=.*mqtt:ws).* --scenarios idle --clients 100000$/,
    );
    expect(option(advice, 'ws').rating).toBe('Avoid');
    expect(option(advice, 'graphql')).toMatchObject({ rating: 'Only if', fit: null });
    expect(advice.robustness).toBeNull();
  });

  test('costs are a weighted mean of ratios', () => {
    // p99 1 : 2, bytes 2 : 1. At 60 : 40 the first costs 2^0.4, the second 2^0.6; at 50 : 50 they are level.
    const transports = {
      ws: { ...none, p50Ms: 1, framing: 128 },
      socketio: { ...none, p50Ms: 2, framing: 0 },
    };
    const advice = adviceOn({ transports }, { weights: weightsOf({ p99: 60, bytes: 40 }) });
    expect(option(advice, 'ws').fit).toBe(1);
    expect(option(advice, 'socketio').fit).toBeCloseTo(2 ** 0.2, 2);
    expect(option(advice, 'socketio').cells.map(({ ratio }) => ratio?.toFixed(1))).toEqual(['2.0', '1.0']);
    expect(advice.sensitivity.weight).toMatchObject({ criterion: 'p99', from: 0.6, winner: 'socketio' });
    expect(advice.sensitivity.weight?.to).toBeCloseTo(0.5, 2);
  });

  test('an option more, however bad, moves nobody', () => {
    const transports = { ws: { ...none, p50Ms: 1 }, mqtt: { ...none, p50Ms: 1.2, framing: 4 } };
    const weights = weightsOf({ p99: 50, bytes: 50 });
    const two = adviceOn({ transports }, { weights });
    const three = adviceOn({ transports: { ...transports, sse: { ...none, p50Ms: 900, framing: 9000 } } }, { weights });
    expect(option(three, 'mqtt').fit).toBe(option(two, 'mqtt').fit);
  });
});

describe('how sure', () => {
  const equals = {
    ws: { ...none, p50Ms: 1 },
    socketio: { ...none, p50Ms: 1 },
    'long-polling': { ...none, p50Ms: 25 },
  };

  test('a tie is a toss-up with one question, and names both', () => {
    const advice = adviceOn({ transports: equals }, { weights: weightsOf({ p99: 50, bytes: 50 }) });
    expect(advice.outcome).toBe('toss-up');
    expect(advice.heading).toBe('Toss-up: socketio or ws');
    expect(advice.robustness?.both.slice(0, 2).map(({ share }) => share)).toEqual([0.5, 0.5]);
    expect(advice.sensitivity.next).toBe('long-polling');
    const { 'long-polling': _, ...two } = equals;
    const pair = adviceOn({ transports: two }, { weights: weightsOf({ p99: 50, bytes: 50 }) });
    expect(pair.sensitivity.next).toBeNull();
    expect(certaintiesOf(pair).measurement).toMatch(/ws in 50 %/);
    expect(ratings(advice)).toEqual({ socketio: 'Use', ws: 'Use', 'long-polling': 'Avoid' });
    expect(advice.tieBreaker).toMatch(/\?/);
  });

  test('whoever is level with the last that is named is named too', () => {
    const four = { ws: none, sse: none, 'long-polling': none, 'short-polling': none, mqtt: none };
    const advice = adviceOn({ transports: four }, { weights: weightsOf({ simplicity: 1 }) });
    expect(advice.heading).toBe('Toss-up: long-polling, short-polling, sse or ws');
    expect(ratings(advice)).toMatchObject({ ws: 'Use', sse: 'Use', mqtt: 'Consider' });
  });

  test('what is hardly costlier is said to be', () => {
    const transports = { ws: { ...none, p50Ms: 1 }, mqtt: { ...none, p50Ms: 1.03 }, sse: { ...none, p50Ms: 1.2 } };
    const advice = adviceOn({ transports }, { weights: weightsOf({ p99: 1 }) });
    expect(advice.heading).toBe('Use ws.');
    expect(advice.close).toEqual({ names: ['mqtt'], band: 0.05 });
  });

  test('a judgement of one’s own takes the place of the authors’, for a transport and its variants', () => {
    const weights = weightsOf({ simplicity: 1 });
    const judged = [
      { transport: 'ws', criterion: 'simplicity', level: 3 },
      { transport: 'socketio', criterion: 'simplicity', level: 1 },
    ] as const;
    const run = { transports: { ...equals, ws: { ...none, variant: 'deflate' }, mqtt: none } };
    const advice = adviceOn(run, { weights, judged });
    expect(advice.heading).toBe('Toss-up: long-polling or socketio');
    expect(option(advice, 'ws:deflate')).toMatchObject({ fit: 2.25, cells: [{ tag: 'yours', level: 3 }] });
    expect(option(advice, 'ws:deflate').cells[0]?.figure).toMatch(
      /^3 by your own judgement \(the authors’ level is 1: /,
    );
    expect(option(advice, 'mqtt').cells).toMatchObject([{ tag: 'judgement', level: 2 }]);
    expect(option(advice, 'socketio').reasons).toMatchObject([{ speaks: 'for', tag: 'yours' }]);
  });

  test('judgements may settle what figures do not, and can be left out', () => {
    const weights = weightsOf({ p99: 50, simplicity: 50 });
    const simpler = adviceOn({ transports: equals }, { weights });
    expect(simpler.heading).toBe('Use ws.');
    expect(simpler.criteria.map(({ tag }) => tag)).toEqual(['measured', 'judgement']);
    const without = adviceOn({ transports: equals }, { weights, judgement: false });
    expect(without.outcome).toBe('toss-up');
    expect(without.criteria.map(({ weight }) => weight)).toEqual([1, 0]);
    // If judgement decides, the advice says so.
    const faster = { ws: { ...none, p50Ms: 1 }, socketio: { ...none, p50Ms: 0.9 } };
    expect(adviceOn({ transports: faster }, { weights })).toMatchObject({
      heading: 'Use ws.',
      sensitivity: { measuredAlone: 'socketio' },
    });
    expect(adviceOn({ transports: faster }, { weights, judgement: false }).sensitivity.measuredAlone).toBeNull();
  });

  test('the same seed gives the same advice, another one other draws', () => {
    const noisy = { ws: { p50Ms: 1, noise: 0.2 }, socketio: { p50Ms: 1.02, noise: 0.2 } };
    const weights = weightsOf({ p99: 40, bytes: 30, cpu: 30 });
    const [one, again, other] = [1, 1, 2].map((seed) =>
      adviceOn({ transports: noisy }, { weights }, { seed, draws: 500 }),
    );
    expect(again).toEqual(one);
    expect(other?.robustness).not.toEqual(one?.robustness);
    expect(other?.options.map(({ fit }) => fit)).toEqual(one?.options.map(({ fit }) => fit));
  });

  test('shares sum to one, and measurement and preference are told apart', () => {
    // The trials leave no doubt; which weights one has does.
    const transports = {
      ws: { ...none, p50Ms: 1, framing: 128 },
      socketio: { ...none, p50Ms: 2, framing: 0 },
    };
    const { robustness } = adviceOn({ transports }, { weights: weightsOf({ p99: 51, bytes: 49 }) });
    expect(robustness?.measurement[0]).toEqual({ name: 'ws', share: 1 });
    expect(robustness?.preference[0]?.share).toBeLessThan(0.7);
    for (const shares of [robustness?.measurement, robustness?.preference, robustness?.both]) {
      expect(shares?.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    }
  });

  test('weights are drawn around those given, a fifth of an equal weight to and fro', () => {
    const draw = weightDraws([0.25, 0.25, 0.5, 0], 7);
    const drawn = Array.from({ length: 20_000 }, draw);
    const first = drawn.map(([weight = 0]) => weight);
    const mean = first.reduce((sum, weight) => sum + weight, 0) / first.length;
    const deviation = Math.sqrt(first.reduce((sum, weight) => sum + (weight - mean) ** 2, 0) / first.length);
    expect(mean).toBeCloseTo(0.25, 2);
    // Three weights count. An equal one is 1/3 and deviates by a fifth of that: w (1 − w) / n = (0.2 / 3)², so n = 50.
    expect(deviation).toBeCloseTo(Math.sqrt((0.25 * 0.75) / 50), 2);
    expect(drawn.every((weights) => weights[3] === 0)).toBe(true);
    expect(drawn.every((weights) => Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9)).toBe(true);
  });

  test('too few trials give an order and no verdict', () => {
    const advice = adviceOn({ transports: SEVEN, trials: 1 });
    expect(advice.outcome).toBe('quick look');
    expect(advice.heading).toMatch(
      /^No verdict, because there are too few trials: by these medians ws costs least, then \w+\.$/,
    );
    expect(advice.robustness).toBeNull();
    expect(Object.values(ratings(advice))).not.toContain('Use');
  });

  test('a run that is invalid, or of equals, is no ground to choose on', () => {
    const invalid = Object.fromEntries(
      Object.keys(SEVEN).map((id) => {
        const fault = { state: 'invalid', reasons: ['the generator was saturated'] } as const;
        return [id, { ...SEVEN[id], faults: Object.fromEntries([0, 1, 2, 3, 4, 5].map((block) => [block, fault])) }];
      }),
    );
    expect(adviceOn({ transports: invalid })).toMatchObject({ outcome: 'blocked', recommended: [] });
    expect(adviceOn({ transports: { ws: none, mqtt: none }, aa: true })).toMatchObject({ outcome: 'blocked' });
  });
});

describe('what is judged', () => {
  test('a load is matched to the nearest measured case, and said to be', () => {
    const scenarios = [50, 200, 1000].map((clients) => ({ ...ECHO, clients }));
    const at = (clients: number) =>
      adviceOn({ transports: { ws: none, mqtt: none }, scenarios }, { load: { clients } }).load;
    expect(at(200).text).toMatch(/^The options are judged at the load you gave: echo with 200 clients .*\.$/);
    expect(at(180)).toMatchObject({ group: expect.stringContaining('c200/') });
    expect(at(180).text).toMatch(
      /^You gave 180 clients\. The options are judged at the nearest measured case: echo with 200 clients/,
    );
    expect(at(1900).group).toContain('c1000/');
    expect(at(2001).group).toBeNull();
    expect(at(24).group).toBeNull();
  });

  test('a corner of the range that nobody measured is outside it', () => {
    const scenarios = [
      { ...ECHO, clients: 10, rate: 5000 },
      { ...ECHO, clients: 1000, rate: 50 },
    ];
    const advice = adviceOn({ transports: { ws: none }, scenarios }, { load: { clients: 1000, rate: 5000 } });
    expect(advice.outcome).toBe('outside');
  });

  test('throughput counts where it was measured, and its weight is shared out where it was not', () => {
    const weights = weightsOf({ p99: 50, throughput: 50 });
    const without = adviceOn({ transports: SEVEN }, { weights });
    expect(without.criteria.map(({ id, weight }) => [id, weight])).toEqual([
      ['p99', 1],
      ['throughput', 0],
    ]);
    expect(without.warnings.join()).toContain('throughput: this run did not measure it');
    const measured = adviceOn({ transports: SEVEN, scenarios: [ECHO, CAPACITY] }, { weights });
    expect(measured.criteria.map(({ metric }) => metric)).toEqual(['p99', 'capacity']);
    expect(option(measured, 'ws').cells[1]?.ratio).toBe(1);
  });

  test('an objective that is shown to be missed rules out', () => {
    const transports = { ws: { p50Ms: 1 }, mqtt: { p50Ms: 40 } };
    const advice = adviceOn(
      { transports },
      { objective: { percentile: 99, seconds: 0.02 }, weights: weightsOf({ p99: 1 }) },
    );
    expect(advice.recommended).toEqual(['ws']);
    expect(option(advice, 'mqtt')).toMatchObject({
      rating: 'Avoid',
      because: expect.stringMatching(/misses p99 ≤ 20 ms/),
    });
    expect(option(advice, 'ws').cells[0]?.reference).toBe('objective');
  });

  test('a transport that nothing is known of is not judged, and said to be', () => {
    const advice = adviceOn({ transports: { ws: none, mine: { ...none, p50Ms: 0.01 } } });
    expect(advice.unjudged).toEqual([
      { name: 'mine', reason: 'not judged, because the advisor has no facts about it' },
    ]);
    expect(advice.options.map(({ name }) => name)).toEqual(['ws']);
    expect(adviceOn({ transports: { mine: none, yours: none } }, { needs: ['browser'] }).heading).toBe(
      'No measured transport can be judged.',
    );
  });

  test('one that failed is named, never ranked', () => {
    const fault = { state: 'failed', reasons: ['exited'] } as const;
    const faults = Object.fromEntries([0, 1, 2, 3, 4, 5].map((block) => [block, fault]));
    const advice = adviceOn({ transports: { ws: none, socketio: { p50Ms: 9 }, mqtt: { faults } } });
    expect(advice.unjudged).toEqual([{ name: 'mqtt', reason: 'no valid trial' }]);
    expect(advice.recommended).toEqual(['ws']);
  });

  test('what carries text here does not count as binary, whatever its protocol allows', () => {
    const advice = adviceOn({ transports: { 'long-polling': { ...none, binary: false } } }, { needs: ['binary'] });
    expect(advice.recommended).toEqual([]);
    expect(option(advice, 'long-polling')).toMatchObject({ rating: 'Only if', fit: null });
    expect(option(advice, 'long-polling').needs[0]).toMatchObject({
      tag: 'measured',
      value: 'yes, in a form not measured here',
    });
  });

  test('where nothing measured meets the needs, it is said which need to give up, and what would meet them all', () => {
    const advice = adviceOn({ transports: SEVEN }, { needs: ['browser', 'upstream', 'lossy'] });
    expect(advice.heading).toBe(
      'No measured transport meets the needs. By the facts alone, webrtc:unordered or webtransport:datagram would.',
    );
    expect(advice.sensitivity.needs).toMatchObject([{ need: 'lossy', asked: true, winner: 'ws' }]);
    expect(advice.unmeasured.map(({ name }) => name)).toEqual(['webrtc:unordered', 'webtransport:datagram']);
  });

  test('what costs more is named with what it can do that the first cannot', () => {
    const transports = { ws: { ...none, p50Ms: 1 }, graphql: { ...none, p50Ms: 2 } };
    const advice = adviceOn({ transports }, { weights: weightsOf({ p99: 1 }) });
    expect(option(advice, 'graphql')).toMatchObject({
      rating: 'Only if',
      because: expect.stringMatching(/^only if “an existing GraphQL schema” becomes a need: costs 2\.0/),
    });
  });

  test('what somebody else does for less is no reason to pay more', () => {
    const transports = {
      ws: { ...none, p50Ms: 1 },
      sse: { ...none, p50Ms: 1.6 },
      'http-stream': { ...none, p50Ms: 2 },
      'short-polling': { ...none, p50Ms: 2.5 },
    };
    const advice = adviceOn({ transports }, { weights: weightsOf({ p99: 1 }) });
    expect(option(advice, 'sse').because).toMatch(
      /^only if “proxies that pass only plain HTTP” or “reconnecting without/,
    );
    expect(option(advice, 'http-stream').because).toMatch(/^only if something that is not weighed here/);
    expect(option(advice, 'short-polling').because).toMatch(/“a host without long-lived connections” becomes a need/);
  });

  test('a figure that is not shown to differ speaks neither for nor against', () => {
    const equals = { ws: { p50Ms: 1 }, socketio: { p50Ms: 1.001 }, mqtt: { p50Ms: 9 } };
    const advice = adviceOn({ transports: equals }, { weights: weightsOf({ p99: 1 }) });
    const said = (name: string) => option(advice, name).reasons.map(({ speaks }) => speaks);
    expect([said('ws'), said('socketio'), said('mqtt')]).toEqual([['neither'], ['neither'], ['against']]);
    const quick = adviceOn({ transports: equals, trials: 2 }, { weights: weightsOf({ p99: 1 }) });
    expect(option(quick, 'mqtt').reasons).toMatchObject([{ speaks: 'neither' }]);
    const far = adviceOn({ transports: { ws: none, mqtt: { ...none, p50Ms: 9 } } }, { weights: weightsOf({ p99: 1 }) });
    expect(option(far, 'ws').reasons).toMatchObject([
      { speaks: 'for', text: expect.stringMatching(/lowest of the candidates, ▲ better than mqtt/) },
    ]);
  });

  test('who is alone stands there for what the others cannot do, not for figures that nothing is beside', () => {
    const advice = adviceOn({ transports: SEVEN }, { needs: ['graphql', 'browser'] });
    const { reasons, because } = option(advice, 'graphql');
    expect(because).toBe('no other candidate is left');
    expect(reasons[0]).toMatchObject({
      speaks: 'for',
      tag: 'specification',
      metric: null,
      text: 'an existing GraphQL schema: subscriptions are part of a GraphQL schema; 5 other options fail this need',
      source: { clause: 'GraphQL specification (September 2025) §6.2.3' },
    });
    expect(reasons.filter(({ speaks }) => speaks !== 'for').every(({ speaks }) => speaks === 'neither')).toBe(true);
    expect(advice.robustness).toBeNull();
    expect(certaintiesOf(advice).measurement).toMatch(/^It decides nothing/);
  });

  test('between two clients no figure of a server counts', () => {
    const advice = adviceOn({ transports: { ...SEVEN, webrtc: none } }, { needs: ['peer'] });
    expect(advice.recommended).toEqual([]);
    expect(advice.heading).toBe(
      'No measured transport meets the needs. By the facts alone, webrtc in a form not measured here would.',
    );
    expect(option(advice, 'webrtc')).toMatchObject({ rating: 'Only if', fit: null });
    expect(adviceOn({ transports: { ...SEVEN, webrtc: none } }, { needs: ['peer', 'replay'] }).heading).toBe(
      'No measured transport meets the needs.',
    );
  });

  test('browsers that are devices too: the form that does it is named, and how to measure it beside the others', () => {
    // Neither mqtt nor mqtt:ws keeps sessions here, so that measuring them would not help.
    const advice = adviceOn({ transports: SEVEN }, { needs: ['browser', 'devices'], weights: weightsOf({ p99: 1 }) });
    expect(advice.heading).toBe(
      'No measured transport meets the needs. By the facts alone, mqtt in a form not measured here would.',
    );
    expect(advice.measure).toBeNull();
    const here = { transports: { tcp: { floor: true }, mqtt: none, grpc: none } };
    const web = adviceOn(here, { needs: ['browser', 'upstream'], weights: weightsOf({ p99: 1 }) });
    expect(web.unmeasured.map(({ name }) => name)).toContain('mqtt:ws');
    expect(web.measure).toMatch(
      /^npm run bench -- --transports [^ ]*mqtt:ws[^ ]* --scenarios echo --clients 100 --rate 1200 --size 128$/,
    );
    const strict = adviceOn({ transports: SEVEN }, { needs: ['http-only', 'binary'] });
    expect(strict.unmeasured.map(({ name }) => name)).toContain('socketio:polling');
    expect(strict.measure).toMatch(/--transports [^ ]*long-polling[^ ]*socketio:polling[^ ]* .* --encoding binary$/);
  });

  test('a transport is asked for in one form at a time', () => {
    // Socket.IO passes such proxies by polling, and what polls sends its messages up by requests of their own.
    const both = adviceOn({ transports: SEVEN }, { needs: ['http-only', 'upstream'] });
    expect(both.heading).toBe('No measured transport meets the needs.');
    expect(option(both, 'socketio').because).toMatch(
      /^sending on the same connection: messages from the client are POST requests in socketio:polling, the form that “proxies that pass/,
    );
    expect(both.unmeasured).toEqual([]);
    const { socketio: _, ...without } = SEVEN;
    const [passing, passingUp] = [['http-only'] as const, ['http-only', 'upstream'] as const].map((needs) =>
      adviceOn({ transports: without }, { needs }).unmeasured.map(({ name }) => name),
    );
    expect(passing).toContain('socketio:polling');
    expect(passingUp).toEqual([]);
    // An option that fails as measured is not said to fail in another form.
    const lossy = adviceOn({ transports: SEVEN }, { needs: ['browser', 'lossy'] });
    expect(option(lossy, 'mqtt').because).not.toContain('mqtt:ws');
    // A transport that does not wait for lost packets keeps no order.
    expect(adviceOn({ transports: SEVEN }, { needs: ['ordered', 'lossy'] }).unmeasured).toEqual([]);
  });

  test('an objective that all miss is named, with who comes first without it', () => {
    const objective = { percentile: 99, seconds: 1e-6 } as const;
    const advice = adviceOn({ transports: SEVEN }, { needs: ['browser'], objective });
    expect(advice.heading).toBe('No measured transport meets the needs and the objective.');
    expect(advice.sensitivity.needs).toMatchObject([{ need: 'objective', asked: true, winner: 'ws' }]);
    expect(adviceOn({ transports: SEVEN }, { objective }).heading).toBe('No measured transport meets the objective.');
  });

  test('two trials show nothing of an objective', () => {
    const objective = { percentile: 99, seconds: 0.002 } as const;
    const advice = adviceOn({ transports: SEVEN, trials: 2 }, { objective });
    expect(advice.outcome).toBe('quick look');
    expect(option(advice, 'ws').needs).toMatchObject([{ need: 'objective', value: 'depends' }]);
    expect(option(advice, 'ws').because).toMatch(
      /^only if p99 ≤ 2 ms is met, for which there are too few trials: p99 0\.\d+ ms/,
    );
  });

  test('one that stands alone in the run is no choice; one that the others failed beside is told from one that they cannot match', () => {
    expect(adviceOn({ transports: { tcp: { floor: true }, ws: none } })).toMatchObject({
      outcome: 'none',
      heading: 'No advice: ws is the only transport that can be judged.',
      recommended: [],
      sensitivity: { next: null },
    });
    const fault = { state: 'failed', reasons: ['exited'] } as const;
    const faults = Object.fromEntries([0, 1, 2, 3, 4, 5].map((block) => [block, fault]));
    expect(adviceOn({ transports: { ws: none, mqtt: { faults } } }).heading).toBe(
      'Use ws: no other measured transport could be judged; mqtt (0 of 6 valid) is missing, because its trials failed.',
    );
  });

  test('server push alone is judged by what comes down, whatever the use', () => {
    const run = { transports: SEVEN, scenarios: [ECHO, BROADCAST] };
    const load = { preferred: 'echo' };
    expect(adviceOn(run, { needs: ['push-only'], load }).load.group).toContain('broadcast');
    expect(adviceOn(run, { needs: ['push-only'], load: { ...load, scenario: 'echo' } }).load.group).toContain('echo');
    // Turned round, that is another case: what would come first is what comes first there.
    const transports = { ws: { ...none, p50Ms: 1 }, sse: { ...none, p50Ms: 1.1 } };
    const tilted = makeResults({ transports, scenarios: [ECHO, BROADCAST] });
    const analysis = analyse(tilted, { resamples: 200 });
    const [down, up] = [['push-only' as const], []].map((needs) =>
      advise({ results: tilted, analysis }, answersOf({ needs, load, weights: weightsOf({ p99: 1 }) }), { draws: 50 }),
    );
    expect(down?.sensitivity.needs.find(({ need }) => need === 'push-only')?.winner ?? down?.recommended[0]).toBe(
      up?.recommended[0],
    );
  });

  test('needs that put another first come before those that leave nobody, each with how many it decides on', () => {
    const { sensitivity } = adviceOn({ transports: SEVEN }, { needs: ['browser'] });
    const winners = sensitivity.needs.map(({ winner }) => winner);
    expect(winners.indexOf(null)).toBe(winners.filter((winner) => winner !== null).length);
    expect(sensitivity.needs.find(({ need }) => need === 'graphql')).toMatchObject({
      winner: 'graphql',
      fates: 5,
      options: 6,
    });
  });

  test('whatever is asked, every cell has a source, and nobody comes first who is ruled out', () => {
    const run = makeResults({ transports: SEVEN });
    const measured = { results: run, analysis: analyse(run, { resamples: 200 }) };
    const pairs: NeedId[][] = NEEDS.flatMap(({ id }, index) => NEEDS.slice(index + 1).map((other) => [id, other.id]));
    for (const needs of pairs) {
      const advice = advise(measured, answersOf({ needs }), { draws: 20 });
      for (const one of advice.options) {
        for (const cell of one.needs) expect(cell.source.clause).toMatch(/\S/);
        if (advice.recommended.includes(one.name)) expect(one.needs.some(({ value }) => value === 'no')).toBe(false);
        if (one.rating !== 'Avoid') expect(one.needs.every(({ value }) => value !== 'no')).toBe(true);
      }
    }
  });
});

describe('a transport that was overloaded', () => {
  const transports = { ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {}, mqtt: { p50Ms: 10, overdue: 400 } };

  test('has no cost, since only a lower bound of its latency is known', () => {
    const advice = adviceOn({ transports }, { weights: weightsOf({ p99: 100 }) });
    expect(advice.heading).toContain('Use ws');
    expect(advice.options.map(({ name }) => name)).not.toContain('mqtt');
    expect(advice.unjudged).toContainEqual({ name: 'mqtt', reason: 'no figure for something that counts' });
  });

  test('misses an objective that its lower bound misses', () => {
    const advice = adviceOn({ transports }, { objective: { percentile: 99, seconds: 0.1 } });
    const note = expect.stringMatching(/^p99 ≥ 5,\d+ ms .* misses p99 ≤ 100 ms$/);
    expect(option(advice, 'mqtt').needs).toContainEqual(expect.objectContaining({ value: 'no', note }));
  });

  test('meets an objective above its lower bound on a condition, which is unknown', () => {
    const objective = { percentile: 99, seconds: 60 } as const;
    const results = makeResults({ transports });
    const analysis = analyse(results, { resamples: 500 });
    const row = analysis.groups[0]?.rows.find(({ name }) => name === 'mqtt');
    const note = expect.stringContaining('which is unknown: it was overloaded');
    expect(row && candidateOf(row, { needs: [], objective, judged: [] }, { results, analysis })).toMatchObject({
      barred: null,
      conditions: [{ value: 'depends', note }],
    });
  });
});
