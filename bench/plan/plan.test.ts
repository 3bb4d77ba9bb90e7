import { describe, expect, test } from 'vitest';
import { scenarios } from '../scenarios/index.ts';
import { transportNames, transports } from '../transports/index.ts';
import { commandFor, readOptions } from './options.ts';
import { describeCase, makePlan, messagesOf } from './plan.ts';
import type { Given } from './readers.ts';
import type { Setting } from './settings.ts';

function read(settings: Partial<Record<Setting, unknown>>) {
  const given: Partial<Record<Setting, Given>> = {};
  for (const [name, value] of Object.entries(settings)) given[name as Setting] = { value, where: `--${name}` };
  return readOptions(given);
}

function optionsOf(settings: Partial<Record<Setting, unknown>>) {
  const outcome = read(settings);
  if ('problems' in outcome) throw new Error(outcome.problems.join('\n'));
  return outcome.options;
}

function problemsOf(settings: Partial<Record<Setting, unknown>>): string {
  const outcome = read(settings);
  return 'problems' in outcome ? outcome.problems.join('\n') : '';
}

describe('encodings, sizes and foreign servers', () => {
  test('every encoding is a case of its own, with unusual settings in its name', () => {
    const settings = {
      transports: 'ws',
      scenarios: 'echo',
      encoding: 'text,binary',
      payload: 'json',
      tls: true,
      auth: 'ES256',
    };
    const { cases } = makePlan(optionsOf(settings));
    expect(cases.map(({ id }) => id)).toEqual([
      'ws/echo/c100/r1000/s128/text/json/tls/es256',
      'ws/echo/c100/r1000/s128/binary/json/tls/es256',
    ]);
  });

  test('encodings that a transport cannot carry are left out and listed', () => {
    const plan = makePlan(optionsOf({ transports: 'ws,sse', scenarios: 'echo', encoding: 'text,binary' }));
    expect(plan.cases.map(({ name, encoding }) => `${name} ${encoding}`)).toEqual(['ws text', 'sse text', 'ws binary']);
    expect(plan.leftOut).toEqual([
      { name: 'sse', encoding: 'binary', kind: 'not supported', reason: 'carries no binary messages' },
    ]);
  });

  test('transports that are unavailable on this machine are left out with the reason', () => {
    const plan = makePlan(optionsOf({ scenarios: 'echo' }), new Map([['mqtt', 'no such library']]));
    expect(plan.cases.some(({ name }) => name === 'mqtt')).toBe(false);
    expect(plan.leftOut).toEqual([{ name: 'mqtt', kind: 'unavailable', reason: 'unavailable here: no such library' }]);
  });

  test('the profile `all` has every variant too', () => {
    const options = optionsOf({ profile: 'all' });
    expect(options.transports).toEqual(transportNames());
    expect(options).toMatchObject({ profile: 'all', scenarios: ['echo', 'broadcast'], named: false });
    expect(optionsOf({ profile: 'all', trials: '8' }).profile).toBe('custom');
  });

  test('a foreign server is only asked to echo, over the host’s own network', () => {
    const options = optionsOf({ url: 'ws://127.0.0.1:1/', transports: 'ws' });
    expect(options).toMatchObject({ scenarios: ['echo'], link: 'loopback', url: 'ws://127.0.0.1:1/' });
    expect(makePlan(options).cases[0]).toMatchObject({ target: 'ws://127.0.0.1:1/' });
  });

  test('a broadcast may reach the others alone, which its case says', () => {
    const url = 'ws://127.0.0.1:1/';
    const plan = makePlan(optionsOf({ url, transports: 'ws', scenarios: 'echo,broadcast', reaches: 'others' }));
    expect(plan.cases.map(({ scenario, id }) => [scenario.reaches, id])).toEqual([
      ['sender', 'ws/echo/c100/r1000/s128/text'],
      ['others', 'ws/broadcast/c50/r200/s128/text/reaches=others'],
    ]);
    expect(plan.cases.map((planned) => describeCase(planned).reaches)).toEqual(['sender', 'others']);
    // 300 messages to 49 others.
    expect(messagesOf(plan.cases[1]!)).toBe(300 * 49);
    expect(commandFor(plan.options)).toContain('--reaches others');
    const usual = makePlan(optionsOf({ url, transports: 'ws', scenarios: 'broadcast' }));
    expect(usual.cases.map(({ scenario, id }) => [scenario.reaches, id])).toEqual([
      ['everyone', 'ws/broadcast/c50/r200/s128/text'],
    ]);
  });
});

describe('options', () => {
  test('the default run has every transport in its default scenarios, with enough trials for verdicts', () => {
    const options = optionsOf({});
    expect(options.transports).toEqual(transports.map(({ id }) => id));
    expect(options.scenarios).toEqual(['echo', 'broadcast']);
    expect(options.trials).toBeGreaterThanOrEqual(6);
    expect(options.profile).toBe('default');
  });

  test('a quick run has one short trial per case; explicit settings take precedence', () => {
    expect(optionsOf({ quick: true })).toMatchObject({ profile: 'quick', trials: 1, durationSeconds: 1 });
    expect(optionsOf({ quick: true, trials: '3', duration: '4' })).toMatchObject({ trials: 3, durationSeconds: 4 });
  });

  test('values are read as flags or as JSON has them', () => {
    expect(optionsOf({ clients: '10, 20', rate: '0.5' })).toMatchObject({
      clients: [10, 20],
      rates: [0.5],
      profile: 'custom',
    });
    expect(optionsOf({ clients: [10, 20], transports: ['ws', 'sse'] })).toMatchObject({
      clients: [10, 20],
      transports: ['ws', 'sse'],
    });
    expect(optionsOf({ clients: 5 })).toMatchObject({ clients: [5] });
  });

  test.each<[Partial<Record<Setting, unknown>>, RegExp]>([
    [{ transports: 'grapql' }, /unknown transport "grapql", did you mean "graphql"\?/],
    [{ transports: 'ws:nothing' }, /unknown transport "ws:nothing"/],
    [{ transports: 'ws:' }, /unknown transport/],
    [{ transports: '' }, /no transport/],
    [{ transports: 'ws,ws' }, /names ws twice/],
    [{ scenarios: 'eco' }, /unknown scenario "eco", did you mean "echo"\?/],
    [{ encoding: 'octal' }, /--encoding takes text, binary, not "octal"/],
    [{ encoding: 'text,text' }, /--encoding takes text, binary, each once/],
    [{ encoding: '' }, /--encoding/],
    [{ payload: 'xml' }, /--payload takes filler, json, zeros, not "xml"/],
    [{ auth: 'none' }, /--auth takes HS256, ES256, not "none"/],
    [{ tls: 'yes' }, /--tls takes true or false/],
    [{ profile: 'every' }, /--profile takes default, quick, all/],
    [{ profile: 'all', quick: true }, /--quick is short for --profile quick; leave one/],
    [{ scenarios: 'idle', payload: 'json' }, /--payload has no meaning for idle/],
    [{ url: 'here', transports: 'ws' }, /--url takes the whole address/],
    [{ reaches: 'others', scenarios: 'broadcast' }, /--reaches is for a server given by --url/],
    [{ reaches: 'all' }, /--reaches takes everyone, others, not "all"/],
    [
      { reaches: 'others', url: 'ws://127.0.0.1:1/', transports: 'ws' },
      /--reaches is for a broadcast, and echo sends to the sender alone; name one in --scenarios/,
    ],
    [
      { reaches: 'others', url: 'ws://127.0.0.1:1/', transports: 'ws', scenarios: 'broadcast', clients: '1,5' },
      /--reaches needs at least 2 --clients/,
    ],
    [{ clients: '16777217' }, /--clients takes whole numbers from 1 to 16777216/],
    [{ url: 'ws://127.0.0.1:1/' }, /--url needs at least one --transports/],
    [{ clients: '0' }, /--clients takes whole numbers from 1 .* not "0"/],
    [{ clients: '1.5' }, /whole numbers/],
    [{ clients: '' }, /--clients/],
    [{ clients: '5,' }, /--clients/],
    [{ rate: '-1' }, /--rate takes numbers .* not "-1"/],
    [{ rate: 'fast' }, /not "fast"/],
    [{ rate: 'Infinity' }, /not "Infinity"/],
    [{ rate: '5,5' }, /twice/],
    [{ size: '8' }, /--size takes whole numbers from 16/],
    [{ duration: '0' }, /--duration/],
    [{ duration: '1,2' }, /one value/],
    [{ warmup: '-1' }, /--warmup/],
    [{ trials: '0' }, /--trials/],
    [{ seed: '1.5' }, /--seed/],
    [{ workers: '0' }, /--workers/],
    [{ workers: '4', clients: '3' }, /at most 3 workers/],
    [{ quick: 'yes' }, /true or false/],
    [{ clients: '0x10' }, /not "0x10"/],
    [{ clients: '1', rate: '10000000', duration: '3600' }, /more than 268,435,455 messages per client/],
    [{ clients: '30000', scenarios: 'broadcast' }, /to everyone/],
    [{ objective: 'p99', scenarios: 'capacity' }, /such as p99<50ms, not "p99"/],
    [{ objective: 'p42<1ms', scenarios: 'capacity' }, /p50, p90, p99, p99\.9/],
    [{ objective: 'p99<0ms', scenarios: 'capacity' }, /--objective takes/],
    [{ objective: 'p99<50', scenarios: 'capacity' }, /--objective takes/],
    [{ objective: 'p99<50ms', scenarios: 'idle,connect' }, /--objective has no meaning for idle, connect/],
    [{ rate: '5', scenarios: 'idle' }, /--rate has no meaning for idle/],
    [{ size: '64', scenarios: 'idle,connect' }, /--size has no meaning for idle, connect/],
    [{ duration: '2', scenarios: 'wire' }, /--duration has no meaning for wire/],
    [{ link: 'vet' }, /--link takes auto, veth, loopback, not "vet", did you mean "veth"\?/],
    [{ aa: 'yes' }, /--aa takes true or false/],
  ])('%j is refused with a fix', (settings, message) => {
    expect(problemsOf(settings)).toMatch(message);
  });

  test.each([
    ['p99<50ms', 99, 0.05],
    ['p50 <= 800us', 50, 0.0008],
    ['p99.9<1.5s', 99.9, 1.5],
  ])('the objective %s', (objective, percentile, seconds) => {
    expect(optionsOf({ objective, scenarios: 'capacity' }).objective).toEqual({ percentile, seconds });
  });

  test('all problems are reported at once', () => {
    expect(problemsOf({ transports: 'x', scenarios: 'y', clients: 0, rate: -1, size: 8 }).split('\n')).toHaveLength(5);
  });
});

describe('plan', () => {
  test('several values give cases in every combination', () => {
    const plan = makePlan(optionsOf({ transports: 'ws,sse', clients: '1,2', rate: '10,20', size: '16,64' }));
    expect(plan.cases).toHaveLength(2 * 2 * 2 * 2 * plan.options.scenarios.length);
    expect(new Set(plan.cases.map(({ id }) => id)).size).toBe(plan.cases.length);
  });

  test('every block has every case once, in an order shuffled by the seed', () => {
    const plan = makePlan(optionsOf({ scenarios: 'echo,broadcast' }));
    expect(plan.blocks).toHaveLength(plan.options.trials);
    const sorted = plan.cases.map(({ id }) => id).toSorted();
    for (const block of plan.blocks) expect(block.map(({ id }) => id).toSorted()).toEqual(sorted);
    const order = (seed: number) =>
      makePlan(optionsOf({ seed, scenarios: 'echo,broadcast' })).blocks.map((block) =>
        block.map(({ id }) => id).join(' '),
      );
    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
    expect(new Set(order(1)).size).toBe(plan.options.trials);
  });

  test('each scenario has its own defaults, and 0 for settings that it does not use', () => {
    const all = makePlan(optionsOf({ transports: 'ws', scenarios: scenarios.map(({ id }) => id) }));
    for (const { id, defaults } of scenarios) {
      const cases = all.cases.filter(({ scenario }) => scenario.id === id);
      expect([...new Set(cases.map(({ size }) => size))]).toEqual(defaults.sizes.length === 0 ? [0] : defaults.sizes);
      const { clients, rate, seconds } = defaults;
      for (const planned of cases) expect(planned).toMatchObject({ clients, rate, seconds });
    }
  });

  test('a setting applies to the scenarios that use it', () => {
    const settings = { transports: 'ws', scenarios: 'echo,idle,capacity', rate: '500,2000', size: '64', duration: '3' };
    const ids = makePlan(optionsOf(settings)).cases.map(({ id, rate, seconds }) => `${id} ${rate} ${seconds}`);
    expect(ids).toEqual([
      'ws/echo/c100/r500/s64/text 500 3',
      'ws/echo/c100/r2000/s64/text 2000 3',
      `ws/idle/c${scenarios.find(({ id }) => id === 'idle')?.defaults.clients}/text 0 3`,
      // A search begins at the lowest rate and has no rate in its id.
      'ws/capacity/c100/s64/text 500 3',
    ]);
  });

  test('an A/A run has every transport under two labels', () => {
    const plan = makePlan(optionsOf({ transports: 'ws,sse', scenarios: 'echo', aa: true }));
    expect(plan.cases.map(({ name, label }) => [name, label])).toEqual([
      ['ws#a', 'a'],
      ['ws#b', 'b'],
      ['sse#a', 'a'],
      ['sse#b', 'b'],
    ]);
    expect(new Set(plan.cases.map(({ id }) => id)).size).toBe(4);
  });
});

test('sizes above a transport’s limit are left out and listed', () => {
  const plan = makePlan(optionsOf({ transports: 'ws,webtransport:datagram', scenarios: 'echo', size: '64,2000' }));
  expect(plan.cases.map(({ name, size }) => [name, size])).toEqual([
    ['ws', 64],
    ['webtransport:datagram', 64],
    ['ws', 2_000],
  ]);
  expect(plan.leftOut).toEqual([
    {
      name: 'webtransport:datagram',
      size: 2_000,
      kind: 'not supported',
      reason: 'carries no messages larger than 1024 bytes',
    },
  ]);
});
