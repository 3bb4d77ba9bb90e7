import { expect, test } from 'vitest';
import { Kit } from '../../bench/testing/kit.ts';
import { findTransport, loadClient, loadServer, optionsOf } from '../../bench/transports/index.ts';
import { platform } from '../platform/node.ts';

test.each(['sse', 'sse:h2', 'http-stream', 'long-polling', 'short-polling', 'socketio:polling'])(
  '%s: an address with a slash at its end is that of the same server',
  async (name) => {
    const found = findTransport(name);
    if (found === undefined) throw new Error(`no ${name}`);
    const options = optionsOf(found);
    const [server, client] = await Promise.all([loadServer(found.entry), loadClient(found.entry)]);
    await using kit = new Kit();
    const { url } = await kit.listen(server, { options });
    const peer = await kit.connect(client, `${url}/`, { options, platform });
    expect(await peer.echo('hello')).toBe('hello');
  },
);
