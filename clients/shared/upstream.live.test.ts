import { expect, test } from 'vitest';
import { usualLimits } from '../../bench/limits.ts';
import { findTransport, loadClient, loadServer, optionsOf } from '../../bench/transports/index.ts';
import { application } from '../../servers/application.ts';
import { platform } from '../platform/node.ts';

test.each(['sse', 'sse:h2', 'http-stream', 'long-polling', 'short-polling', 'socketio:polling'])(
  '%s: an address with a slash at its end is that of the same server',
  async (name) => {
    const found = findTransport(name);
    if (found === undefined) throw new Error(`no ${name}`);
    const options = optionsOf(found);
    const [{ listen }, { connect }] = await Promise.all([loadServer(found.entry), loadClient(found.entry)]);
    const listener = await listen(application, { host: '127.0.0.1', port: 0, options, limits: usualLimits(1_000) });
    try {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const { signal } = new AbortController();
      const settings = { options, encoding: 'text', platform, signal } as const;
      const session = await connect(`${listener.url}/`, { message: resolve, lost: reject }, settings);
      await session.send('hello');
      expect(await promise).toBe('hello');
      await session.close();
    } finally {
      await listener.close();
    }
  },
);
