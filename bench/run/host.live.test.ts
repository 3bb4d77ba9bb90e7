import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { usualLimits } from '../limits.ts';
import { PATIENCE_SECONDS } from '../testing/patience.ts';
import { optionsOf, serverModule, transportChoices } from '../transports/index.ts';
import { ourServer } from './host.ts';
import { startServer } from './processes.ts';

const patience = { seconds: PATIENCE_SECONDS, signal: new AbortController().signal };
const choice = transportChoices()[0]!;
const ORDER = {
  order: 'listen',
  module: serverModule(choice.entry),
  options: optionsOf(choice),
  host: '127.0.0.1',
  port: 0,
  limits: usualLimits(1 << 16),
} as const;

test.each(['kill', 'drain'] as const)(
  'a server of ours that is ended (%s) listens again at its address',
  async (how) => {
    const host = ourServer(() => startServer({ core: undefined }), patience);
    try {
      const [url = ''] = (await host.listen(ORDER)).urls;
      const before = await host.usage();
      const first = await host.tree();
      await host.again?.end(how);
      await host.again?.start();
      const second = await host.tree();
      expect(second?.pid).not.toBe(first?.pid);
      const after = await host.usage();
      // The first process's time is still counted.
      expect(after.cpuSeconds).toBeGreaterThan(before.cpuSeconds);

      const taken = createServer();
      const { hostname, port } = new URL(url);
      await expect(once(taken.listen(Number(port), hostname), 'listening')).rejects.toThrow(/EADDRINUSE/);
      process.kill(second?.pid ?? expect.fail(), 'SIGKILL');
      await expect(host.ended()).rejects.toThrow('the server was ended by SIGKILL');
    } finally {
      await host.end(true);
    }
  },
);

test('one that does not start again says so', async () => {
  const host = ourServer(() => startServer({ core: undefined }), patience);
  const taken = createServer();
  try {
    const [url = ''] = (await host.listen(ORDER)).urls;
    const { hostname, port } = new URL(url);
    await host.again?.end('kill');
    await once(taken.listen(Number(port), hostname), 'listening');
    await expect(host.again?.start()).rejects.toThrow(/^the server did not start again after the fault: .*EADDRINUSE/);
  } finally {
    taken.close();
    await host.end(true);
  }
});
