import { describe, expect, test } from 'vitest';
import { needs } from '../../testing/unavailable.ts';
import { findTransport, serverModule } from '../../transports/index.ts';
import { listenOnLoopback, PATIENCE_SECONDS, startServer } from '../processes.ts';
import { usableRuntimes } from './find.ts';

const { signal } = new AbortController();
const PATIENCE = { seconds: PATIENCE_SECONDS, signal };

describe.each(['bun', 'deno'] as const)('a server process in %s', async (runtime) => {
  await needs(runtime);

  test.each([
    ['ws', runtime === 'bun' ? /Bun does not tell/ : undefined],
    ['ws:native', /does not tell/],
  ] as const)('of %s names its runtime, tells its memory, and says which bytes it cannot tell', async (name, why) => {
    const { runtimes, problems } = usableRuntimes([runtime]);
    expect(problems).toEqual([]);
    const { entry, variant } = findTransport(name)!;
    await using server = startServer({ core: undefined, program: runtimes[0] });
    const { url } = await listenOnLoopback(server, { module: serverModule(entry, variant), options: {} }, signal);
    expect(url).toMatch(/^ws:/);
    const usage = await server.ask({ order: 'usage' }, 'usage', PATIENCE);
    expect(usage.runtime).toBe(`${runtime} ${runtimes[0]?.version}`);
    if (why === undefined) expect(usage.uncounted).toBeUndefined();
    else expect(usage.uncounted).toMatch(why);
    const memory = await server.ask({ order: 'memory' }, 'memory', PATIENCE);
    expect(memory.rssBytes).toBeGreaterThan(1 << 20);
    await server.stop();
  });
});
