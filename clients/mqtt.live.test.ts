import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Aedes } from 'aedes';
import { expect, test } from 'vitest';
import { BROADCAST, senderPrefix, sequenceDigits } from '../bench/codec/header.ts';
import { readAddress } from '../bench/plan/address.ts';
import { Kit } from '../bench/testing/kit.ts';
import { findTransport } from '../bench/transports/index.ts';
import { connect } from './mqtt.ts';
import { platform } from './platform/node.ts';

const news = `${senderPrefix(BROADCAST, 0)}${sequenceDigits(0)}news`;

/** Starts a broker that admits one user, who may only use topics below `tenants/a/`. Returns its port, and the topics refused. */
async function guardedBroker(kit: Kit) {
  const refused: string[] = [];
  const allows = (topic: string): boolean => topic.startsWith('tenants/a/') || refused.push(topic) === 0;
  const broker = await Aedes.createBroker({
    authenticate: (_client, user, password, done) => done(null, user === 'mé:' && password?.toString() === 'p@ss'),
    authorizePublish: (_client, { topic }, done) => done(allows(topic) ? null : new Error('may not be published')),
    authorizeSubscribe: (_client, subscription, done) => done(null, allows(subscription.topic) ? subscription : null),
  });
  const server = createServer(broker.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  kit.defer(() => broker.close());
  kit.defer(() => void server.close());
  return { port: (server.address() as AddressInfo).port, refused };
}

test.each(['tenants/a', 'tenants/a/'])(
  'user, password and the prefix %s of the topics reach a broker',
  async (topics) => {
    await using kit = new Kit();
    const { port, refused } = await guardedBroker(kit);
    const address = readAddress(`tcp://m%C3%A9%3A:p@ss@127.0.0.1:${port}`, findTransport('mqtt')!);
    if ('problems' in address) throw new Error(address.problems.join());
    const settings = { options: { topics }, platform, foreign: true } as const;
    const [peer, other] = [
      await kit.connect({ connect }, address.url, settings),
      await kit.connect({ connect }, address.url, settings),
    ];
    expect(await peer.echo('hello')).toBe('hello');
    await peer.send(news);
    expect(await other.has(1)).toEqual([news]);
    expect(refused).toEqual([]);
  },
);
