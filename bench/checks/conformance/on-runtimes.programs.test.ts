import { describe, expect, test } from 'vitest';
import { needs } from '../../testing/unavailable.ts';
import { findTransport, whyNotOn } from '../../transports/index.ts';
import { conformsOn } from './on-runtimes.ts';

/** Transports in CI; the soak has all. */
const CHOSEN = ['ws', 'ws:native', 'sse', 'socketio', 'mqtt'];
/** Checks that take most of the time, which only the soak runs in every runtime. */
const takesLong = (name: string): boolean => /10,000 messages|200 sessions|library that reconnects/.test(name);

describe.each(['bun', 'deno'] as const)('on %s', async (runtime) => {
  await needs(runtime);
  const running = CHOSEN.filter((name) => whyNotOn(findTransport(name)!, runtime) === undefined);

  // One after another: the suite counts the open sockets of this process.
  test.each(running)('%s conforms to the contract', { timeout: 300_000 }, async (name) => {
    const { checks, failures } = await conformsOn(runtime, findTransport(name)!, takesLong);
    expect(failures).toEqual([]);
    expect(checks).toBeGreaterThan(20);
  });
});

test.each([
  ['ws:native', 'node', /--runtime bun,deno/],
  ['mqtt', 'deno', /stands still/],
] as const)('%s is not supported on %s, with the reason', (name, runtime, reason) => {
  expect(whyNotOn(findTransport(name)!, runtime)).toMatch(reason);
});
