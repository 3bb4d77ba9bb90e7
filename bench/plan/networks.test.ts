import { describe, expect, test } from 'vitest';
import { NAMED } from '../networks/named.ts';
import { scenarios } from '../scenarios/index.ts';
import { findTransport } from '../transports/index.ts';
import { commandFor, readOptions } from './options.ts';
import { describeCase, makePlan } from './plan.ts';

const read = (settings: Readonly<Record<string, unknown>>) =>
  readOptions(
    Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, { value, where: `--${name}` }])),
  );

function optionsOf(settings: Readonly<Record<string, unknown>>) {
  const outcome = read(settings);
  if ('problems' in outcome) throw new Error(outcome.problems.join('\n'));
  return outcome.options;
}

const casesOf = (settings: Readonly<Record<string, unknown>>) => makePlan(optionsOf(settings)).cases;
const idsOf = (settings: Readonly<Record<string, unknown>>) => casesOf(settings).map(({ id }) => id);

const ECHO = { transports: 'ws', scenarios: 'echo' };
const FOREIGN = { transports: 'ws', url: 'ws://127.0.0.1:1/' };
const STARTED = { transports: 'ws', url: 'ws://HOST:PORT/', exec: 'serve' };

describe('--network', () => {
  test('spans cases, each with its canonical name; over all but none with TLS and a load of their own', () => {
    expect(idsOf({ ...ECHO, network: 'none,4g-lossy,loss=1%+rtt=80ms' })).toEqual([
      'ws/echo/c100/r1000/s128/text',
      'ws/echo/c50/r100/s128/text/network=4g-lossy',
      'ws/echo/c50/r100/s128/text/network=rtt=80ms+loss=1%',
    ]);
    const [none, lossy] = casesOf({ ...ECHO, network: 'none,4g-lossy' }).map(describeCase);
    expect(none).toMatchObject({ network: 'none', tls: false });
    expect(lossy).toMatchObject({ network: '4g-lossy', tls: true });
    expect(lossy).not.toHaveProperty('dimensions');
  });

  test('a load that is given holds for every network', () => {
    expect(idsOf({ ...ECHO, network: 'none,cable', clients: '7', rate: '20' })).toEqual([
      'ws/echo/c7/r20/s128/text',
      'ws/echo/c7/r20/s128/text/network=cable',
    ]);
  });

  test('has 1,000 deliveries at the least, at the default load', () => {
    const timed = scenarios.filter(({ kind: { uses } }) => uses.network && uses.rate === 'offered' && uses.duration);
    for (const { defaults } of timed) {
      const { clients, rate, seconds, overNetwork } = { ...defaults, ...defaults.overNetwork };
      expect(overNetwork).toBeDefined();
      expect(rate * seconds * clients).toBeGreaterThanOrEqual(1_000);
    }
  });

  test('TLS can be left out and asked for', () => {
    expect(idsOf({ ...ECHO, network: 'none,cable', tls: false })).toEqual([
      'ws/echo/c100/r1000/s128/text',
      'ws/echo/c50/r100/s128/text/tls=off/network=cable',
    ]);
    expect(idsOf({ ...ECHO, network: 'none,cable', tls: true })).toEqual([
      'ws/echo/c100/r1000/s128/text/tls',
      'ws/echo/c50/r100/s128/text/network=cable',
    ]);
    expect(commandFor(optionsOf({ ...ECHO, tls: false }))).toContain(' --no-tls');
    expect(commandFor(optionsOf(ECHO))).not.toContain('tls');
  });

  test('a server that a command starts uses TLS by the scheme of its address, which no id names', () => {
    const over = { ...STARTED, network: 'cable' };
    const [plain] = casesOf(over).map(describeCase);
    const [secure] = casesOf({ ...over, url: 'wss://HOST:PORT/' }).map(describeCase);
    expect([plain?.tls, secure?.tls]).toEqual([false, true]);
    expect(idsOf(over)).toEqual(idsOf({ ...over, url: 'wss://HOST:PORT/' }));
  });

  test('a transport without TLS is measured without, and marked', () => {
    const entry = findTransport('tcp')!.entry;
    Object.assign(entry, { tls: false });
    try {
      const plan = makePlan(optionsOf({ ...ECHO, transports: 'tcp,ws', network: 'cable' }));
      expect(plan.leftOut).toEqual([]);
      expect(plan.cases.map(({ id }) => id)).toEqual([
        'tcp/echo/c50/r100/s128/text/tls=off/network=cable',
        'ws/echo/c50/r100/s128/text/network=cable',
      ]);
      const asked = makePlan(optionsOf({ ...ECHO, transports: 'tcp', network: 'cable', tls: true }));
      expect(asked.leftOut).toMatchObject([{ name: 'tcp', kind: 'not supported' }]);
    } finally {
      Reflect.deleteProperty(entry, 'tls');
    }
  });

  test('the profile of networks has all of them, and none at one load and over TLS', () => {
    const options = optionsOf({ ...ECHO, profile: 'networks' });
    expect(options.networks).toEqual(['none', ...Object.keys(NAMED)]);
    const described = makePlan(options).cases.map(describeCase);
    expect(new Set(described.map(({ clients, rate, tls }) => `${clients} ${rate} ${tls}`)).size).toBe(1);
    expect(described[0]).toMatchObject({ network: 'none', tls: true, clients: 50 });
    expect(commandFor(options)).toMatch(/ --network none,slow-3g,.* --profile networks$/);
  });

  test.each<[Readonly<Record<string, unknown>>, RegExp]>([
    [{ ...ECHO, network: '' }, /--network names no network; there are: none, slow-3g/],
    [{ ...ECHO, network: '4g-lossi' }, /--network: unknown network "4g-lossi" .*did you mean "4g-lossy"\?/],
    [{ ...ECHO, network: 'cable,cable' }, /--network names cable twice/],
    [{ ...ECHO, network: 'rtt=80ms,rtt=0.08s' }, /--network names rtt=80ms twice/],
    [{ ...ECHO, network: 'rtt=80ms+los=1%' }, /has no part "los".*did you mean "loss"/],
    [{ ...ECHO, network: 'cable', link: 'loopback' }, /--network needs a private link, so leave --link loopback out/],
    [
      { ...FOREIGN, network: 'cable' },
      /--network shapes packets on a private link, .*; start it with --exec, or leave/,
    ],
    [{ ...FOREIGN, tls: false }, /--url says by its scheme whether TLS is used; leave --tls out/],
    [{ transports: 'ws', scenarios: 'wire', network: 'cable' }, /^--network has no meaning for wire; leave it out$/],
    [
      { transports: 'ws', scenarios: 'echo,wire', network: 'cable' },
      /^--network has no meaning for wire; measure what/,
    ],
    [{ profile: 'networks', scenarios: 'wire' }, /--profile networks has no meaning for wire/],
  ])('%j is refused with a fix', (settings, message) => {
    const outcome = read(settings);
    expect('problems' in outcome ? outcome.problems.join('\n') : '').toMatch(message);
  });

  test.each([{ ...ECHO, network: 'none', link: 'loopback' }, { ...FOREIGN, network: 'none' }, STARTED])(
    '%j is no network',
    (settings) => expect(read(settings)).toHaveProperty('options'),
  );
});
