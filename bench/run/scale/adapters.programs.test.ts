import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, test, vi } from 'vitest';
import { Connections } from '../../../servers/shared/adapters/connections.ts';
import type { Encoding, Message } from '../../contract.ts';
import { Kit } from '../../testing/kit.ts';
import { PATIENT } from '../../testing/patience.ts';
import { expectNodesAccount } from '../../testing/scale/accounting.ts';
import { broadcastOf, type Member, twoServers } from '../../testing/scale/two-servers.ts';
import { subjectsOverRedis } from '../../testing/subjects.ts';
import { needs } from '../../testing/unavailable.ts';
import { capabilitiesOf, loadServer, optionsOf } from '../../transports/index.ts';

await needs('redis');

const found = await subjectsOverRedis();
const MESSAGES = 50;
/** Length of the measured window; the soak has longer ones. */
const SECONDS = 5;
const AWAY_MS = 300;
/** Time between two messages while it is not known whether the servers hear each other. */
const PROBE_MS = 50;

const textOf = (message: Message): string => (typeof message === 'string' ? message : Buffer.from(message).toString());
const textsOf = ({ received }: Member): string[] => received.map(({ message }) => textOf(message));
const encodingsOf = (subject: (typeof found)[number]): Encoding[] =>
  capabilitiesOf(subject).binary ? ['text', 'binary'] : ['text'];

describe.each(found)('$name', (subject) => {
  test.each(encodingsOf(subject))(
    'delivers a broadcast of either server exactly once to every session of both: %s',
    async (encoding) => {
      await using service = await twoServers(subject, encoding);
      const { members } = service;
      const sent = members.flatMap((_, sender) =>
        Array.from({ length: MESSAGES }, (_, sequence) => broadcastOf(sender, sequence, encoding)),
      );
      await Promise.all(
        members.map(async ({ send }, sender) => {
          for (const message of sent.slice(sender * MESSAGES, (sender + 1) * MESSAGES)) await send(message);
        }),
      );
      for (const member of members) {
        await vi.waitFor(() => expect(member.received.length).toBeGreaterThanOrEqual(sent.length), PATIENT);
        expect(textsOf(member).toSorted()).toEqual(sent.map(textOf).toSorted());
        expect(new Set(member.received.map(({ message }) => typeof message))).toEqual(
          new Set([encoding === 'text' ? 'string' : 'object']),
        );
        // In the order of each sender.
        for (const [sender] of members.entries()) {
          const own = sent.slice(sender * MESSAGES, (sender + 1) * MESSAGES).map(textOf);
          expect(textsOf(member).filter((text) => own.includes(text))).toEqual(own);
        }
      }
    },
  );

  test('goes on when Redis was killed and is back: no server ends, no session, and nothing comes twice', async () => {
    await using service = await twoServers(subject, 'text');
    const { members, redis } = service;
    let sequence = 0;
    const sent: string[] = [];
    const send = async (sender: number): Promise<string> => {
      const message = broadcastOf(sender, sequence++, 'text');
      sent.push(textOf(message));
      await members[sender]?.send(message);
      return textOf(message);
    };
    const goesOn = async (): Promise<void> => {
      await redis.again.kill();
      for (const [sender] of members.entries()) await send(sender);
      await sleep(AWAY_MS);
      await redis.again.start();
      for (const sender of [0, 1]) {
        await vi.waitFor(
          async () => {
            const text = await send(sender);
            await sleep(PROBE_MS);
            for (const member of members) expect(textsOf(member)).toContain(text);
          },
          { ...PATIENT, interval: PROBE_MS },
        );
      }
      // Queues are empty now, as each connection keeps its order.
    };
    await Promise.race([goesOn(), service.ended()]);
    for (const member of members) {
      const texts = textsOf(member);
      expect(member.losses).toEqual([]);
      expect(new Set(texts).size).toBe(texts.length);
      expect(texts.filter((text) => !sent.includes(text))).toEqual([]);
    }
  });

  test('closes although Redis is away', async () => {
    await using kit = new Kit();
    const listener = await kit.listen(await loadServer(subject.entry), { options: optionsOf(subject) });
    await (await kit.redis()).again?.kill();
    await listener.broadcast('nobody hears it');
    await listener.close();
  });

  test('refuses a port that is in use, and leaves nothing that keeps the process busy', async () => {
    await using kit = new Kit();
    const server = await loadServer(subject.entry);
    const options = optionsOf(subject);
    const { url } = await kit.listen(server, { options });
    const port = Number(new URL(url).port);
    await expect(kit.listen(server, { options, port })).rejects.toThrow('EADDRINUSE');
    await sleep(PROBE_MS);
  });

  test('does not listen without a Redis, and says why', async () => {
    await using kit = new Kit();
    const server = await loadServer(subject.entry);
    const options = optionsOf(subject);
    expect(server.adapts?.(options)).toBe(true);
    const { url } = await kit.redis();
    await (await kit.redis()).again?.kill();
    await expect(kit.listen(server, { options, backplane: { url, channel: 'nobody' } })).rejects.toThrow(
      /^Redis at 127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/,
    );
  });
});

describe.concurrent.each(found)('two nodes of $name', { timeout: 240_000 }, ({ name }) => {
  test(`account for 1,000 deliveries a second for ${SECONDS} s`, async () => {
    await expectNodesAccount(name, 2, SECONDS);
  });
});

test('a message whose answer was lost with the connection is not sent again', async () => {
  await using kit = new Kit();
  const { url } = await kit.redis();
  const operator = new Redis(url);
  kit.defer(() => operator.disconnect());
  const connections = new Connections({ url, channel: 'once' });
  kit.defer(() => connections.end());
  const connection = await connections.open();
  // Redis takes commands, and does not carry out what writes.
  await operator.client('PAUSE', 600_000, 'WRITE');
  const adding = connection.xadd('once', '*', 'a', '1');
  adding.catch(() => {});
  await vi.waitFor(async () => expect(String(await operator.client('LIST'))).toMatch(/cmd=xadd/), PATIENT);
  await operator.client('KILL', 'ID', Number(await idOf(operator, connections.name)));
  await expect(adding).rejects.toThrow('the connection to Redis ended before its answer');
  await operator.client('UNPAUSE');
  await connection.xadd('once', '*', 'a', '2');
  expect((await connection.xrange('once', '-', '+')).map(([, fields]) => fields)).toEqual([['a', '2']]);
});

/** Id of the connection with a name. */
async function idOf(operator: Redis, name: string): Promise<string> {
  const line = String(await operator.client('LIST'))
    .split('\n')
    .find((one) => one.includes(` name=${name} `));
  return /^id=(\d+)/.exec(line ?? '')?.[1] ?? expect.fail('no such connection');
}
