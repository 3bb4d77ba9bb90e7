import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

function read(values: Readonly<Record<string, string>>) {
  return readOptions(
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, where: `--${name}` }])),
  );
}

test('server processes are planned unless their number is given', () => {
  expect(read({ scenarios: 'idle' })).toMatchObject({ options: { servers: null } });
  expect(read({ scenarios: 'idle', servers: '3' })).toMatchObject({ options: { servers: 3 } });
  // With one server a broadcast is as it always was.
  expect(read({ scenarios: 'broadcast', servers: '1' })).toMatchObject({ options: { servers: 1 } });
});

test.each<readonly [Readonly<Record<string, string>>, RegExp]>([
  [{ servers: '0' }, /--servers/],
  [
    { scenarios: 'echo,broadcast', servers: '2' },
    /^--servers has no meaning for broadcast: a broadcast reaches only the sessions of its own process, because the processes know nothing of each other; measure with one$/,
  ],
  [
    { scenarios: 'recovery', servers: '2' },
    /^--servers has no meaning for recovery: a session may come back to another/,
  ],
  [{ scenarios: 'slow-readers', servers: '2' }, /^--servers has no meaning for slow-readers: a broadcast reaches only/],
  [
    { transports: 'ws', scenarios: 'echo', url: 'ws://127.0.0.1:1/', servers: '2' },
    /^--servers is for servers of ours; leave it out, or leave --url out$/,
  ],
])('%j is refused', (values, says) => {
  expect(read(values)).toEqual({ problems: [expect.stringMatching(says)] });
});

test.each(['idle', 'connect', 'echo'])('%s may have more clients than a message once had room for', (scenario) => {
  expect(read({ scenarios: scenario, clients: '300000' })).toMatchObject({ options: { clients: [300_000] } });
});

test('a broadcast among so many is refused, because its ledger would eat the memory', () => {
  expect(read({ scenarios: 'broadcast', clients: '100000' })).toEqual({
    problems: [expect.stringMatching(/^--clients may be at most 16384 if each message goes to everyone \(broadcast\)/)],
  });
});
