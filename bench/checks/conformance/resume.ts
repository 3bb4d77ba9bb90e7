import assert from 'node:assert/strict';
import { MemoryLog, newEpoch } from '../../codec/replay-log.ts';
import type { Capabilities, Listener, Message } from '../../contract.ts';
import { errorText } from '../../error-text.ts';
import { type Peer, within } from '../../testing/kit.ts';
import { type Check, type ConformanceKit, portOf } from './harness.ts';

const resumes = ({ resume = 'none' }: Capabilities): boolean => resume !== 'none';
/** True if what a session needs outlives the server, as a log does. */
const outlives = (capabilities: Capabilities): boolean => resumes(capabilities) && !capabilities.resumeEndsWithServer;

/** Checks of sessions that resume an earlier one. */
export const resumeChecks: readonly Check[] = [
  {
    name: 'a session that resumes at the same server gets what it missed, then what is broadcast, each once',
    promises: resumes,
    port: true,
    run: resumesAtTheServer,
  },
  {
    name: 'a session that resumes at a restarted server gets what the protocol promises, each once',
    promises: resumes,
    port: true,
    run: resumesAfterRestart,
  },
  {
    name: 'there is no gap and no repetition if messages are broadcast while a session resumes',
    promises: (capabilities) => outlives(capabilities) && capabilities.ordered && capabilities.reliable,
    port: true,
    run: resumesAmidBroadcasts,
  },
  {
    name: 'a session that resumes gets bytes as bytes',
    promises: (capabilities) => outlives(capabilities) && capabilities.binary,
    port: true,
    run: resumesWithBytes,
  },
  {
    name: 'a session with a place in another log gets everything',
    promises: outlives,
    port: true,
    run: resumesFromAnotherLog,
  },
  {
    name: 'nonsense in the place of a token is refused or gives everything, and disturbs no other session',
    promises: resumes,
    run: resumesFromNonsense,
  },
  {
    name: 'a token taken before any message resumes at that place',
    promises: ({ resume }) => resume === 'native',
    port: true,
    run: resumesFromTheBeginning,
  },
  {
    name: 'a token changes nothing where sessions are not resumed',
    promises: (capabilities) => !resumes(capabilities),
    run: isNotResumed,
  },
];

/** Appends messages to a log, and broadcasts them if a server listens. Returns them. */
export async function publish(log: MemoryLog, count: number, listener?: Listener): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const text = `${RECORD}${log.last}`;
    const { id, message } = log.append(text);
    await listener?.broadcast(message, id);
    texts.push(text);
  }
  return texts;
}

/** Beginning of every message of a log here; the rest is the place before it. */
const RECORD = 'after ';

/**
 * Waits until a session has received messages of a log, and what came after. Throws unless it got exactly these. Other messages, such
 * as echoes, are not looked at: a protocol may repeat one that was not acknowledged when a connection was cut.
 */
export async function received(kit: ConformanceKit, peer: Peer, expected: readonly Message[]): Promise<void> {
  const records = (): Message[] => peer.received.filter((message) => isRecord(message));
  await peer.has(expected.length);
  for (let count = expected.length; records().length < expected.length; ) await peer.has(++count);
  await peer.echo('marker');
  const [got, wanted] = [records().map(String), expected.map(String)];
  if (kit.subject.capabilities.ordered) assert.deepEqual(got, wanted);
  else assert.deepEqual(got.toSorted(), wanted.toSorted());
}

const isRecord = (message: Message): boolean => typeof message !== 'string' || message.startsWith(RECORD);

/** Token with which a harness resumes a session that has received everything in the log. */
function tokenOf({ subject }: ConformanceKit, peer: Peer, log: MemoryLog): string {
  if (subject.capabilities.resume === 'log') return log.last;
  const token = peer.resumeToken();
  assert.ok(token !== undefined, 'a session that has received messages has no token with which to resume it');
  return token;
}

/** Way to a server that can be cut, so that a session is lost without a goodbye. */
interface Line {
  readonly url: string;
  cut(peer: Peer): Promise<void>;
  mend(): void;
}

async function lineTo(kit: ConformanceKit, { url }: Listener): Promise<Line> {
  // No relay here can cut datagrams: the client ends the session itself.
  if (kit.subject.datagrams) return { url, cut: (peer) => peer.close(), mend() {} };
  const { url: relayed, relay } = await kit.relay(url);
  const { resume } = kit.subject.capabilities;
  return {
    url: relayed,
    async cut(peer) {
      // Between two requests the server learns of no end, and keeps the session as one that lasts and that nobody can resume.
      if (kit.subject.outlivesConnection && resume === 'native') await within(relay.asked(), 'the client to ask');
      relay.cut();
      await peer.isLost();
      assert.equal(peer.interruptions.length, 0, 'a client that was not told to reconnects by itself');
    },
    mend: () => relay.mend(),
  };
}

async function resumesAtTheServer(kit: ConformanceKit): Promise<void> {
  const log = new MemoryLog(newEpoch());
  await publish(log, 2);
  const listener = await kit.listen(0, log);
  const line = await lineTo(kit, listener);
  const peer = await kit.connect(line.url);
  await received(kit, peer, await publish(log, 3, listener));
  const token = tokenOf(kit, peer, log);
  await line.cut(peer);
  const missed = await publish(log, 4, listener);
  line.mend();
  const again = await kit.connect(line.url, 'text', { resume: token });
  await received(kit, again, [...missed, ...(await publish(log, 2, listener))]);
  const next = tokenOf(kit, again, log);
  await line.cut(again);
  line.mend();
  const third = await kit.connect(line.url, 'text', { resume: next });
  await received(kit, third, await publish(log, 1, listener));
}

async function resumesAfterRestart(kit: ConformanceKit): Promise<void> {
  const log = new MemoryLog(newEpoch());
  const first = await kit.listen(0, log);
  const peer = await kit.connect(first.url);
  await received(kit, peer, await publish(log, 3, first));
  const token = tokenOf(kit, peer, log);
  await within(first.close(), 'the server to close');
  await peer.isLost();
  const missed = await publish(log, 4);
  const second = await kit.listen(portOf(first.url), log);
  const again = await kit.connect(second.url, 'text', { resume: token });
  const live = await publish(log, 2, second);
  await received(kit, again, outlives(kit.subject.capabilities) ? [...missed, ...live] : live);
}

/** Maximum number of messages that are broadcast while a session resumes. */
const MAX_AMID = 1_000;

async function resumesAmidBroadcasts(kit: ConformanceKit): Promise<void> {
  const log = new MemoryLog(newEpoch());
  const listener = await kit.listen(0, log);
  const peer = await kit.connect(listener.url);
  await received(kit, peer, await publish(log, 1, listener));
  const token = tokenOf(kit, peer, log);
  const expected = await publish(log, 5, listener);
  let isOpen = false;
  const connecting = kit.connect(listener.url, 'text', { resume: token }).finally(() => {
    isOpen = true;
  });
  while (!isOpen && expected.length < MAX_AMID) {
    expected.push(...(await publish(log, 1, listener)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const again = await connecting;
  expected.push(...(await publish(log, 3, listener)));
  await received(kit, again, expected);
}

async function resumesWithBytes(kit: ConformanceKit): Promise<void> {
  const log = new MemoryLog(newEpoch());
  const bytes = [0, 1, 2].map((first) => Uint8Array.from({ length: 256 }, (_, value) => (first + value) & 0xff));
  const listener = await kit.listen(0, log);
  const peer = await kit.connect(listener.url, 'binary');
  const publishBytes = async (message: Uint8Array): Promise<void> => {
    const { id } = log.append(message);
    await listener.broadcast(message, id);
  };
  await publishBytes(bytes[0]!);
  await peer.has(1);
  const token = tokenOf(kit, peer, log);
  await publishBytes(bytes[1]!);
  const again = await kit.connect(listener.url, 'binary', { resume: token });
  await publishBytes(bytes[2]!);
  const both = [...(await again.has(2))];
  // Without a promise of order, what is broadcast may overtake what was missed.
  if (!kit.subject.capabilities.ordered) both.sort((a, b) => Number(a[0]) - Number(b[0]));
  assert.deepEqual(both, bytes.slice(1));
}

async function resumesFromAnotherLog(kit: ConformanceKit): Promise<void> {
  const [old, log] = [new MemoryLog(newEpoch()), new MemoryLog(newEpoch())];
  const first = await kit.listen(0, old);
  const peer = await kit.connect(first.url);
  await received(kit, peer, await publish(old, 3, first));
  const token = tokenOf(kit, peer, old);
  await within(first.close(), 'the server to close');
  // Fewer than the session has received of the old log: their places are behind the one in its token.
  const all = await publish(log, 2);
  const second = await kit.listen(portOf(first.url), log);
  const again = await kit.connect(second.url, 'text', { resume: token });
  await received(kit, again, [...all, ...(await publish(log, 2, second))]);
}

/** Tokens as somebody might make them up. */
const NONSENSE: readonly string[] = [
  '',
  'nonsense',
  '__proto__',
  'constructor.prototype',
  '-1',
  'abcdefgh-1e3',
  'abcdefgh-99999999999999999999',
  'abcdefgh-1.5.5',
  '../../etc/passwd',
  '{"$gt":""}',
  '\u0000',
  '\r\nx-forged: yes',
  '%00%0a%0d?&=#+',
  '🧪',
  'x'.repeat(4_096),
];

async function resumesFromNonsense(kit: ConformanceKit): Promise<void> {
  const log = new MemoryLog(newEpoch());
  const all = await publish(log, 3);
  const listener = await kit.listen(0, log);
  const bystander = await kit.connect(listener.url);
  for (const token of NONSENSE) {
    const opened = await kit.connect(listener.url, 'text', { resume: token }).catch((error: unknown) => error);
    if (opened instanceof Error) continue;
    const peer = opened as Peer;
    await received(kit, peer, outlives(kit.subject.capabilities) ? all : []);
    await peer.close();
  }
  const news = await publish(log, 1, listener);
  await received(kit, bystander, news);
  assert.equal(bystander.losses.length, 0, `another session was lost: ${bystander.losses.map(errorText).join('; ')}`);
}

async function resumesFromTheBeginning(kit: ConformanceKit): Promise<void> {
  const log = new MemoryLog(newEpoch());
  await publish(log, 2);
  const listener = await kit.listen(0, log);
  const line = await lineTo(kit, listener);
  const peer = await kit.connect(line.url);
  const token = peer.resumeToken();
  await line.cut(peer);
  const missed = await publish(log, 2, listener);
  line.mend();
  const settings = token === undefined ? {} : { resume: token };
  const again = await kit.connect(line.url, 'text', settings);
  const live = await publish(log, 2, listener);
  // Without a token there was nothing to resume, and the session is a new one.
  await received(kit, again, token === undefined ? live : [...missed, ...live]);
}

async function isNotResumed(kit: ConformanceKit): Promise<void> {
  const log = new MemoryLog(newEpoch());
  await publish(log, 3);
  const listener = await kit.listen(0, log);
  const peer = await kit.connect(listener.url, 'text', { resume: `${log.epoch}-0` });
  assert.equal(peer.resumeToken(), undefined, 'a session that cannot be resumed has a token');
  await received(kit, peer, await publish(log, 2, listener));
}
