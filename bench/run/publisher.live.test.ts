import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BROADCAST } from '../codec/header.ts';
import { newEpoch, parseLogId } from '../codec/replay-log.ts';
import { Messages } from '../load/messages.ts';
import { until } from '../testing/command.ts';
import { Kit, within } from '../testing/kit.ts';
import { PATIENCE_SECONDS } from '../testing/patience.ts';
import { clientModule, serverModule, transports } from '../transports/index.ts';
import { listenOnLoopback, startPublisher, startServer } from './processes.ts';

const { signal } = new AbortController();
const SETTINGS = { core: undefined, variables: process.env };
const ORDER = { seconds: PATIENCE_SECONDS, signal };
const COUNT = 60;
/** Number of the message at which the server is killed, and of the one at which it is started again. */
const [KILLED_AT, BACK_AT] = [20, 40];

/** First transport whose sessions resume from the log by the application's cursor. */
const entry = transports.find(({ capabilities }) => capabilities.resume === 'log')!;

test('the publisher goes on while the server is killed and started again, and a session that resumes misses nothing', async () => {
  await using kit = new Kit();
  const folder = mkdtempSync(join(tmpdir(), 'wirebench-publisher-'));
  kit.defer(() => rmSync(folder, { recursive: true }));
  const [file, epoch] = [join(folder, 'log'), newEpoch()];
  const publisher = kit.use(startPublisher(SETTINGS));
  await publisher.ask({ order: 'open', file, epoch }, 'opened', ORDER);
  const listen = { module: serverModule(entry), options: entry.options ?? {}, log: file };

  const messages = new Messages({ seed: 3, size: 40, encoding: 'text', opcode: BROADCAST, senders: 2 });
  /** Sequence numbers in the order of their arrival. */
  const arrived: number[] = [];
  let waiting: { readonly sequence: number; readonly resolve: () => void } | undefined;
  const lost = Promise.withResolvers<Error>();
  const receiver = {
    message(message: string | Uint8Array) {
      expect(messages.isSound(message)).toBe(true);
      arrived.push(messages.sequence);
      if (messages.sequence === waiting?.sequence) waiting.resolve();
    },
    unreadable: () => expect.unreachable(),
    lost: lost.resolve,
  };
  const arrival = (sequence: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting = { sequence, resolve };
    if (arrived.includes(sequence)) resolve();
    return within(promise, `message ${sequence} to arrive`);
  };
  const client = await import(clientModule(entry));
  const { platform } = await import('../../clients/platform/node.ts');
  const dial = (url: string, resume?: string) =>
    kit.dial(client, url, receiver, {
      platform,
      options: entry.options ?? {},
      ...(resume === undefined ? {} : { resume }),
    });

  const first = startServer(SETTINGS);
  kit.use(first);
  const { url } = await listenOnLoopback(first, listen, signal);
  await dial(url);
  const originNs = process.hrtime.bigint();
  const published = publisher.ask(
    {
      order: 'publish',
      seed: 3,
      size: 40,
      encoding: 'text',
      opcode: BROADCAST,
      senders: 2,
      sender: 1,
      startNs: 50e6,
      intervalNs: 20e6,
      count: COUNT,
      originNs: String(originNs),
    },
    'published',
    ORDER,
  );
  await arrival(KILLED_AT);
  await first.kill();
  await within(lost.promise, 'the session to be lost');
  const last = arrived.at(-1)!;
  // The publisher does not know of it.
  await until(() => readFileSync(file, 'utf8').split('\n').length > BACK_AT);
  const again = startServer(SETTINGS);
  kit.use(again);
  const { url: anew } = await listenOnLoopback(again, listen, signal);
  await dial(anew, `${epoch}-${last}`);
  const { sent } = await published;
  await arrival(COUNT - 1);
  expect(sent).toBe(COUNT);
  expect(arrived).toEqual(Array.from({ length: COUNT }, (_, sequence) => sequence));
  const lines = readFileSync(file, 'utf8').split('\n');
  expect(parseLogId(`${lines[0]}-0`)).toEqual({ epoch, offset: 0 });
  expect(lines.slice(1, -1)).toEqual(Array.from({ length: COUNT }, (_, at) => `t${messages.build(1, at)}`));
});

test('the publisher says why it cannot begin', async () => {
  await using publisher = startPublisher(SETTINGS);
  const open = { order: 'open', file: '/nowhere/log', epoch: newEpoch() } as const;
  await expect(publisher.ask(open, 'opened', ORDER)).rejects.toThrow(/ENOENT/);
});
