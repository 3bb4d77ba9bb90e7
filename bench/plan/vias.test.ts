import { describe, expect, test } from 'vitest';
import { findTransport } from '../transports/index.ts';
import { readOptions } from './options.ts';
import { makePlan } from './plan.ts';
import { whyNotVia } from './vias.ts';

const given = (flags: Readonly<Record<string, string | boolean>>) =>
  Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, { value, where: `--${name}` }]));

function planned(flags: Readonly<Record<string, string | boolean>>) {
  const read = readOptions(given({ scenarios: 'echo', ...flags }));
  if ('problems' in read) throw new Error(read.problems.join());
  return makePlan(read.options);
}

function problemsOf(flags: Readonly<Record<string, string | boolean>>): readonly string[] {
  const read = readOptions(given(flags));
  return 'problems' in read ? read.problems : [];
}

describe('--via', () => {
  test('spans the cases, and each value stands in the id in its one form', () => {
    const { cases } = planned({ transports: 'tcp', via: 'none,nginx:source,haproxy:none+defaults' });
    expect(cases.map(({ id }) => id.split('/').slice(6))).toEqual([[], ['via=nginx'], ['via=haproxy:defaults']]);
  });

  test('refuses what is no proxy, what is named twice, and a server that is not ours', () => {
    expect(problemsOf({ via: 'apache' })[0]).toMatch(/--via takes none, nginx, haproxy, and forms .*, not "apache"/);
    expect(problemsOf({ via: 'nginx,nginx:source' })).toEqual(['--via names nginx twice']);
    expect(problemsOf({ via: 'nginx', url: 'ws://h:1', transports: 'ws' })[0]).toMatch(
      /--via is put before servers of ours/,
    );
  });

  test.each([
    ['webrtc', 'haproxy', 'UDP'],
    ['webtransport', 'haproxy', 'QUIC'],
    ['ws', 'nginx:defaults', 'Upgrade and Connection'],
    ['sse:h2', 'nginx', 'HTTP/1.1 to the servers'],
    ['mqtt', 'haproxy:cookie', 'no cookies'],
    ['grpc', 'haproxy:cookie', 'keep no cookies'],
    ['mqtt', 'nginx:hash', 'no query'],
  ])('%s via %s is not supported, and the plan says why', (transport, via, why) => {
    const { cases, leftOut } = planned({
      transports: transport,
      via: `none,${via}`,
      tls: transport === 'webtransport',
    });
    expect(cases).toHaveLength(1);
    expect(leftOut).toMatchObject([
      { name: transport, kind: 'not supported', dimensions: { via }, reason: expect.stringContaining(why) },
    ]);
  });

  test('what only TLS prevents is left out over those networks alone', () => {
    const grpc = findTransport('grpc') ?? expect.fail();
    const via = { proxy: 'nginx', defaults: false, sticky: 'source' } as const;
    expect(whyNotVia(grpc, via, true)).toMatch(/TLS buffer/);
    expect(whyNotVia(grpc, via, false)).toBeUndefined();
    const { leftOut } = planned({ transports: 'grpc', via: 'nginx', network: 'none,fast-4g' });
    expect(leftOut).toMatchObject([{ dimensions: { via: 'nginx', network: 'fast-4g' } }]);
  });
});
