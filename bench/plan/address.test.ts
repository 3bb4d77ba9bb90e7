import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { addressesOf, findTransport, nameOf, type TransportChoice, transportChoices } from '../transports/index.ts';
import { ADDRESS_PARTS } from '../transports/shape.ts';
import { readAddress } from './address.ts';
import { readOptions } from './options.ts';
import { makePlan } from './plan.ts';

function choiceOf(name: string): TransportChoice {
  const choice = findTransport(name);
  if (choice === undefined) throw new Error(`no ${name}`);
  return choice;
}

/** Problems of an address, one a line; empty if it has none. */
function problemsOf(name: string, url: string): string {
  const read = readAddress(url, choiceOf(name));
  return 'problems' in read ? read.problems.join('\n') : '';
}

function read(name: string, url: string): unknown {
  return readAddress(url, choiceOf(name));
}

describe.each(transportChoices().map((choice) => [nameOf(choice), choice] as const))('%s', (name, choice) => {
  const addresses = addressesOf(choice);
  const schemes = addresses?.schemes ?? [];

  test('takes its schemes, in capitals too, and gives the client the word for it that the client knows', () => {
    expect(schemes.length).toBeGreaterThan(0);
    const canonical = schemes.filter((one) => one.as === undefined).map((one) => one.name);
    for (const { name: scheme, as, tls } of schemes) {
      expect(canonical).toContain(as ?? scheme);
      const other = schemes.find((one) => one.name === (as ?? scheme));
      expect(other?.tls).toBe(tls);
      for (const written of [scheme, scheme.toUpperCase()]) {
        const found = readAddress(`${written}://Example.ORG:4433`, choice);
        expect(found).toMatchObject({ tls, url: expect.stringMatching(`^${as ?? scheme}://example\\.org:4433/?$`) });
      }
    }
  });

  test.each(['ftp', 'constructor', 'ws+unix', 'mqttss'])('refuses %s: with the schemes that it takes', (scheme) => {
    const problems = problemsOf(name, `${scheme}://h:1`);
    expect(problems).toContain(`has the scheme ${scheme}:, but ${name} takes `);
    for (const one of schemes) expect(problems).toContain(`${one.name}:`);
  });

  test('takes a part of an address or refuses it by name', () => {
    const [scheme] = schemes;
    const parts = { 'user and password': 'me:pw@h:1', path: 'h:1/chat', query: 'h:1?room=1' };
    for (const part of ADDRESS_PARTS) {
      const problems = problemsOf(name, `${scheme?.name}://${parts[part]}`);
      if (addresses?.uses.includes(part)) expect(problems).toBe('');
      else expect(problems).toBe(`has a ${part}, which ${name} cannot send; leave it out`);
    }
    expect(problemsOf(name, `${scheme?.name}://h:1/#here`)).toMatch(/^has a fragment/);
  });
});

test.each([
  // Names of hosts as they are looked up and sent, whatever the scheme.
  ['ws', 'WS://bücher.example/chat', 'ws://xn--bcher-kva.example/chat'],
  ['mqtt', 'mqtts://BÜCHER.example:8883', 'mqtts://xn--bcher-kva.example:8883'],
  ['tcp', 'tcp://127.1:7', 'tcp://127.0.0.1:7'],
  ['grpc', 'grpc://[0:0::1]:50051', 'grpc://[::1]:50051'],
  ['sse', 'http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]/'],
  // Ports that are missing.
  ['mqtt', 'mqtt://h', 'mqtt://h:1883'],
  ['mqtt:qos1', 'SSL://h', 'mqtts://h:8883'],
  ['mqtt', 'tcp://h:80', 'mqtt://h:80'],
  ['mqtt:ws', 'https://h/mqtt', 'wss://h/mqtt'],
  ['ws', 'ws://h:80', 'ws://h/'],
  // Everything else percent-encoded, and no escape encoded twice.
  ['sse', 'http://h/café/%C3%A9?a=b c', 'http://h/caf%C3%A9/%C3%A9?a=b%20c'],
  ['ws', 'ws://mé:p@ss@h/', 'ws://m%C3%A9:p%40ss@h/'],
  ['socketio', 'wss://h/admin', 'https://h/admin'],
  ['webtransport', `https://h/#sha256=${'0f'.repeat(32)}`, `https://h/#sha256=${'0f'.repeat(32)}`],
])('%s at %s is dialled as %s', (name, given, url) => {
  expect(read(name, given)).toMatchObject({ url });
});

test.each([
  ['tcp', 'tcp://h', /names no port, and tcp: has no usual one; write tcp:\/\/h:<port>/],
  ['grpc', 'grpcs://h/', /names no port/],
  ['ws', 'ws://h:0/', /port 0/],
  ['ws', 'ws://me:100%@h/', /% that two hexadecimal digits do not follow/],
  ['socketio', 'http://h/%zz', /write %25/],
  ['ws', 'ws://h/#room', /has a fragment \(#…\), which no client sends/],
  ['webtransport', 'https://h/#sha256=00', /not the hash of a certificate \(`#sha256=` and 64 hex/],
  ['webtransport', 'http://h/', /webtransport takes https:$/],
  ['mqtt', 'wss://h/mqtt', /takes mqtt:, mqtts:, tcp:, tls:, ssl:; wss: is taken by mqtt:ws/],
  ['graphql:sse', 'wss://h/graphql', /takes http:, https:; wss: is taken by graphql, graphql:base64/],
])('%s at %s is refused', (name, given, problem) => {
  expect(problemsOf(name, given)).toMatch(problem);
});

test('all problems of an address are reported at once, each once', () => {
  const url = { value: 'https://me:pw@h:0/chat?a=b#c', where: 'url in bench.json' };
  const read = readOptions({ url, transports: { value: 'tcp,grpc', where: '--transports' } });
  const problems = 'problems' in read ? read.problems : [];
  expect(problems).toEqual([
    'url in bench.json has the scheme https:, but tcp takes tcp:, tls:, ssl:',
    ...['user and password', 'path', 'query'].map(
      (part) => `url in bench.json has a ${part}, which tcp cannot send; leave it out`,
    ),
    'url in bench.json has a fragment (#…), which no client sends; leave it out, or write %23 for a #',
    'url in bench.json has port 0, at which no server can be reached',
    'url in bench.json has the scheme https:, but grpc takes grpc:, grpcs:',
    ...['user and password', 'path', 'query'].map(
      (part) => `url in bench.json has a ${part}, which grpc cannot send; leave it out`,
    ),
  ]);
});

const planOf = (given: Readonly<Record<string, unknown>>) => {
  const read = readOptions(
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, { value, where: `--${name}` }])),
  );
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return makePlan(read.options);
};

test('transports that speak to one server are measured at it together, each by its own word for the scheme', () => {
  const { cases } = planOf({ url: 'SSL://127.0.0.1', transports: 'mqtt,mqtt:qos2' });
  expect(cases.map(({ name, target }) => `${name} ${target}`)).toEqual([
    'mqtt mqtts://127.0.0.1:8883',
    'mqtt:qos2 mqtts://127.0.0.1:8883',
  ]);
  expect(() => planOf({ url: 'mqtt://127.0.0.1', transports: 'mqtt,ws' })).toThrow(
    /scheme mqtt:, but ws takes ws:, wss:/,
  );
});

test('any text is an address or has problems, and an address that was read is read again as it is', () => {
  const random = xoroshiro128plus(13);
  const pick = <Item>(items: readonly Item[]): Item => items[uniformInt(random, 0, items.length - 1)]!;
  const schemes = [...new Set(transportChoices().flatMap((choice) => addressesOf(choice)?.schemes ?? []))];
  const parts = [
    '/',
    '//',
    ':',
    '@',
    '[::1]',
    'h',
    'ü',
    '%zz',
    '%41',
    ' ',
    '?',
    '&',
    '#',
    '\\',
    '0x7f.1',
    '99999',
    '443',
    '\0',
    '💥',
  ];
  let read = 0;
  for (let round = 0; round < 5_000; round++) {
    const choice = pick(transportChoices());
    const start = pick(['', `${pick(schemes).name}://`, `${pick(schemes).name.toUpperCase()}://h:1`]);
    const text = start + Array.from({ length: uniformInt(random, 0, 6) }, () => pick(parts)).join('');
    const found = readAddress(text, choice);
    if ('problems' in found) {
      expect(found.problems.join()).not.toBe('');
      continue;
    }
    read++;
    expect(readAddress(found.url, choice), text).toEqual(found);
  }
  expect(read).toBeGreaterThan(100);
});

describe('settings of the client', () => {
  test.each([
    [{ option: 'path=/rt' }, { path: '/rt' }],
    [{ option: { path: '/a=b' } }, { path: '/a=b' }],
    [{ option: ['path=/rt'] }, { path: '/rt' }],
  ])('%j', (given, targetOptions) => {
    const { cases } = planOf({ url: 'http://h/admin', transports: 'socketio:polling', ...given });
    expect(cases[0]).toMatchObject({ targetOptions });
  });

  test.each([
    [{ transports: 'socketio', url: 'http://h', option: 'path' }, /takes a name and a value, .* not "path"/],
    [{ transports: 'socketio', url: 'http://h', option: 'path=/a,path=/b' }, /sets path twice/],
    [{ transports: 'socketio', url: 'http://h', option: 'path=rt' }, /path takes a path .*, not "rt"/],
    [{ transports: 'socketio', url: 'http://h', option: 'topics=a' }, /socketio has no option topics; it has path \(/],
    [{ transports: 'ws', url: 'ws://h', option: 'toString=1' }, /ws has no option toString; it has none/],
    [{ transports: 'mqtt:qos1', url: 'mqtt://h', option: { topics: 'a/#' } }, /topics takes .* not "a\/#"/],
    [{ transports: 'ws', option: 'path=/rt' }, /--option has no meaning without --url/],
  ])('%j is refused', (given, problem) => {
    expect(() => planOf(given)).toThrow(problem);
  });
});

test('a transport from outside the repository that declares no addresses may have any', () => {
  const [first] = transportChoices();
  const { addresses: _, ...entry } = { ...first!.entry, id: 'undeclared' };
  const choice = { entry, variant: null };
  expect(readAddress('MINE://Ü.example/a?b', choice)).toEqual({ url: 'mine://xn--tda.example/a?b', tls: undefined });
  expect(readAddress('mine://a%@h', choice)).toMatchObject({ problems: [expect.stringContaining('write %25')] });
});
