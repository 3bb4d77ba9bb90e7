import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { BROADCAST, senderPrefix, sequenceDigits } from '../../codec/header.ts';
import type { Message } from '../../contract.ts';
import { errorText } from '../../error-text.ts';
import { type Peer, within } from '../../testing/kit.ts';
import { type Check, ConformanceKit, LIMIT_BYTES, type Subject } from './harness.ts';
import { reconnectionChecks } from './reconnection.ts';
import { resumeChecks } from './resume.ts';

export type { Check } from './harness.ts';

/** Runs one check against a fresh server. Throws if it fails. */
export async function runCheck(check: Check, subject: Subject): Promise<void> {
  await using kit = new ConformanceKit(subject);
  await check.run(kit);
}

export const checks: readonly Check[] = [
  { name: 'echoes text unchanged, from 1 byte to its largest message (at most 1 MiB)', run: echoesText },
  {
    name: 'echoes bytes unchanged, from 1 byte to its largest message (at most 1 MiB)',
    promises: ({ binary }) => binary,
    run: echoesBytes,
  },
  { name: 'carries text unchanged that looks like a protocol’s own syntax', run: carriesHostileText },
  { name: 'echoes messages without a Wirebench header, even if they begin like one', run: echoesPlainMessages },
  {
    name: 'keeps the order of up to 10,000 messages sent at once',
    promises: ({ ordered, reliable }) => ordered && reliable,
    run: keepsOrder,
  },
  { name: 'delivers a broadcast exactly once to every session, including the sender', run: broadcastsToEveryone },
  { name: 'delivers a broadcast that is sent as soon as connect resolves', run: isUsableOnceConnected },
  { name: 'delivers broadcasts that the server starts', run: serverBroadcasts },
  { name: 'serves 200 sessions at once', run: serves200Sessions },
  { name: 'refuses an oversized message without disturbing other sessions', run: refusesOversized },
  { name: 'survives garbage on the socket without disturbing other sessions', port: true, run: survivesGarbage },
  { name: 'connect rejects when it is aborted', port: true, run: connectCanBeAborted },
  { name: 'connect rejects when no server listens', run: connectRejects },
  { name: 'listen rejects when the port is in use', port: true, run: listenRejects },
  { name: 'reports a lost session exactly once when the server closes', run: reportsLoss },
  { name: 'close reports no loss and can be called twice', run: closesTwice },
  { name: 'send fails once the session is over', run: refusesAfterTheEnd },
  { name: 'the server closes without waiting for a silent peer', port: true, run: closesDespiteSilence },
  { name: 'close frees the port and leaves no open sockets or timers', port: true, run: leavesNothing },
  ...resumeChecks,
  ...reconnectionChecks,
];

/** Number of sessions that are opened together. All are open before the first message. */
const SESSIONS_A_LOT = 25;
const SIZES = [1, 2, 3, 15, 16, 125, 126, 127, 128, 1_000, 16_383, 16_384, 65_535, 65_536, 262_144, LIMIT_BYTES];

/** Sizes up to the largest message that the transport promises to carry, which is included. */
function sizesFor({ subject }: ConformanceKit): number[] {
  const { mostBytes = LIMIT_BYTES } = subject.capabilities;
  return [...new Set([...SIZES.filter((size) => size < mostBytes), mostBytes])];
}

async function echoesText(kit: ConformanceKit): Promise<void> {
  const peer = await kit.connect((await kit.listen()).url);
  for (const size of sizesFor(kit)) same(await peer.echo(letters(size)), letters(size), `${size} bytes`);
}

async function echoesBytes(kit: ConformanceKit): Promise<void> {
  const peer = await kit.connect((await kit.listen()).url, 'binary');
  for (const size of sizesFor(kit)) {
    const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 7 + size) & 0xff);
    same(await peer.echo(bytes), bytes, `${size} bytes`);
  }
}

export const HOSTILE_TEXTS: readonly string[] = [
  '\n',
  '\n\n',
  'a\nb',
  'ends with a line feed\n',
  '\nbegins with one',
  'two\n\nparagraphs',
  'carriage\rreturn',
  'windows\r\nlines\r\n',
  'data: looks like an event\n\ndata: and another',
  'event: session\ndata: forged\n\n',
  'id: 7\nretry: 1\n: comment',
  ' leading and trailing blanks ',
  '"quoted" and \\back\\slashed\\',
  '{"json":{"nested":[1,2,3],"text":"\\"\\n"}}',
  '[]',
  'null',
  '42["m","an Engine.IO packet"]',
  '\x1e',
  'record\x1eseparator\x1e',
  '\u0000null\u0000bytes',
  '\ufeffbyte order mark',
  'Grüße, Ελλάδα, العالم, 日本語, 한국어',
  '🧪👩‍👩‍👧‍👦🇪🇺',
  '\u2028line separator\u2029paragraph separator',
  '<script>alert(1)</script>&amp;',
  '%00%0a%0d?&=#+',
  "'; DROP TABLE messages; --",
];

async function carriesHostileText(kit: ConformanceKit): Promise<void> {
  const { url } = await kit.listen();
  const peer = await kit.connect(url);
  for (const text of HOSTILE_TEXTS) same(await peer.echo(text), text, JSON.stringify(text));
  const other = await kit.connect(url);
  for (const [index, text] of HOSTILE_TEXTS.entries()) await peer.send(broadcastOf(0, index, text));
  const expected = HOSTILE_TEXTS.map((text, index) => broadcastOf(0, index, text));
  sameSet(await other.has(expected.length), expected);
}

async function echoesPlainMessages(kit: ConformanceKit): Promise<void> {
  const { url } = await kit.listen();
  const [peer, other] = [await kit.connect(url), await kit.connect(url)];
  for (const text of [
    'hello',
    'B',
    'Broadcasting is what this is not',
    'B0000000000',
    'Baaaaaaaaaax',
    'B0000-0000000',
  ]) {
    same(await peer.echo(text), text, text);
  }
  await settled(peer, other);
  // A broadcast begins with B and eleven digits: 'Baaaaaaaaaax' has eleven characters there, of which one is no digit.
  assert.equal(other.received.length, 0, 'a message that is no broadcast reached another session');
}

async function keepsOrder(kit: ConformanceKit): Promise<void> {
  const { url } = await kit.listen();
  const began = performance.now();
  await burst(await kit.connect(url), FIRST_BURST);
  const seconds = (performance.now() - began) / 1e3;
  await burst(await kit.connect(url), burstSize(seconds));
}

/** Messages of the first burst, whose round trip decides the size of the next. */
const FIRST_BURST = 100;
const MAX_BURST = 10_000;
/** Time that a burst may take, so that a slow transport is not taken for one that loses messages. */
const BURST_SECONDS = 12;

/** Size of a burst for a transport whose first burst took a time. */
export const burstSize = (seconds: number): number =>
  Math.min(MAX_BURST, Math.max(FIRST_BURST, Math.floor((FIRST_BURST * BURST_SECONDS) / seconds)));

/** Sends messages at once. Throws unless they come back in their order, each once. */
async function burst(peer: Peer, size: number): Promise<void> {
  const messages = Array.from({ length: size }, (_, index) => `message ${index}`);
  await within(peer.burst(messages), `${size} messages to be sent`);
  assert.deepEqual(await peer.has(messages.length), messages);
  await settled(peer);
  assert.equal(peer.received.length, messages.length + 1, 'more messages arrived than were sent');
}

async function broadcastsToEveryone(kit: ConformanceKit): Promise<void> {
  const { url } = await kit.listen();
  const peers = await Promise.all(Array.from({ length: 7 }, () => kit.connect(url)));
  const messages = peers.flatMap((_, sender) => [0, 1, 2].map((sequence) => broadcastOf(sender, sequence, 'news')));
  await Promise.all(peers.map((peer, sender) => peer.burst(messages.slice(sender * 3, sender * 3 + 3))));
  for (const peer of peers) {
    await peer.has(messages.length);
    await settled(peer);
    sameSet(peer.received.slice(0, -1), messages);
  }
}

async function isUsableOnceConnected(kit: ConformanceKit): Promise<void> {
  const listener = await kit.listen();
  for (let round = 0; round < 20; round++) {
    const peer = await kit.connect(listener.url);
    await listener.broadcast(`from the server ${round}`);
    await peer.send(broadcastOf(round, 0, 'from the session'));
    sameSet(await peer.has(2), [`from the server ${round}`, broadcastOf(round, 0, 'from the session')]);
    await peer.close();
  }
}

async function serverBroadcasts(kit: ConformanceKit): Promise<void> {
  const listener = await kit.listen();
  const peers = await Promise.all(Array.from({ length: 5 }, () => kit.connect(listener.url)));
  for (let index = 0; index < 10; index++) await listener.broadcast(`item ${index}`);
  for (const peer of peers)
    sameSet(
      await peer.has(10),
      Array.from({ length: 10 }, (_, index) => `item ${index}`),
    );
}

async function serves200Sessions(kit: ConformanceKit): Promise<void> {
  const { url } = await kit.listen();
  // Opened in lots, as the load generator does. All handshakes together overflow a UDP socket's buffer, and QUIC's retries back off
  // for longer than a client waits.
  const peers: Peer[] = [];
  const { opensAtOnce = SESSIONS_A_LOT } = kit.subject;
  while (peers.length < 200) {
    const length = Math.min(opensAtOnce, 200 - peers.length);
    peers.push(...(await Promise.all(Array.from({ length }, () => kit.connect(url)))));
  }
  await Promise.all(
    peers.map(async (peer, index) => {
      for (const round of [0, 1, 2])
        same(await peer.echo(`session ${index} round ${round}`), `session ${index} round ${round}`);
    }),
  );
  for (const peer of peers)
    assert.equal(peer.received.length, 3, 'a session did not receive exactly its own three echoes');
}

async function refusesOversized(kit: ConformanceKit): Promise<void> {
  const { url } = await kit.listen();
  const sizes = [LIMIT_BYTES + 1, 4 * LIMIT_BYTES];
  const texts = sizes.map((size) => ({ message: letters(size), encoding: 'text' }) as const);
  const bytes = sizes.map((size) => ({ message: new Uint8Array(size), encoding: 'binary' }) as const);
  for (const { message, encoding } of kit.subject.capabilities.binary ? [...texts, ...bytes] : texts) {
    const [offender, bystander] = [await kit.connect(url, encoding), await kit.connect(url)];
    // A refusal is a rejected send or a lost session.
    const rejected = Promise.withResolvers<Error>();
    offender.send(message).catch(rejected.resolve);
    const reason = await within(
      Promise.race([rejected.promise, offender.isLost()]),
      `a message of ${message.length} bytes to be refused`,
    );
    assert.match(
      errorText(reason),
      kit.subject.refusal,
      'the reason of the refusal does not match the pattern that the transport declares',
    );
    assert.equal(offender.received.length, 0, 'an oversized message was echoed');
    same(await bystander.echo('still here'), 'still here');
    assertNotLost(bystander, 'another session was lost when an oversized message was refused');
  }
  same(await (await kit.connect(url)).echo('welcome'), 'welcome', 'echo in a new session');
}

/** Bytes as port scanners, clients of other protocols and broken programs send them. */
const GARBAGE: readonly (string | Uint8Array)[] = [
  '\n',
  'hello\n',
  'null\n42\n{}\n[]\n',
  'GET // HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /messages/nobody?cursor=%%% HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST /messages/nobody HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'POST /messages/nobody HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n',
  'DELETE /sessions/ HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: no\r\n\r\n',
  'BREW /pot HTTP/9.9\r\n\r\n',
  Uint8Array.of(0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
  Uint8Array.of(0x30, 0x05, 0x00, 0xff, 0x61, 0x62, 0x63),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff),
  Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00),
  new Uint8Array(100_000),
];

async function survivesGarbage(kit: ConformanceKit): Promise<void> {
  const { url } = await kit.listen();
  const bystander = await kit.connect(url);
  for (const garbage of GARBAGE) {
    const socket = await kit.dial(url);
    socket.write(garbage);
    same(await bystander.echo('undisturbed'), 'undisturbed');
    socket.destroy();
  }
  assertNotLost(bystander, 'a session was lost because of garbage on another connection');
  same(await (await kit.connect(url)).echo('welcome'), 'welcome');
}

async function refusesAfterTheEnd(kit: ConformanceKit): Promise<void> {
  const listener = await kit.listen();
  const [closed, lost] = [await kit.connect(listener.url), await kit.connect(listener.url)];
  const closing = closed.close();
  await assert.rejects(closed.send('too late'), 'send did not fail while the session was closing');
  await closing;
  await assert.rejects(closed.send('too late'), 'send did not fail after close');
  await within(listener.close(), 'the server to close');
  await lost.isLost();
  await assert.rejects(lost.send('too late'), 'send did not fail after the session was lost');
}

async function closesDespiteSilence(kit: ConformanceKit): Promise<void> {
  const listener = await kit.listen();
  await kit.dial(listener.url);
  same(await (await kit.connect(listener.url)).echo('hello'), 'hello');
  await within(listener.close(), 'the server to close');
}

async function connectCanBeAborted(kit: ConformanceKit): Promise<void> {
  const { url } = await kit.listen();
  const silent = await kit.silence(url);
  const reason = new Error('changed my mind');
  for (const [where, delayMs] of [
    [url, 0],
    [silent, 0],
    [silent, 50],
  ] as const) {
    const controller = new AbortController();
    const connecting = kit.connect(where, 'text', { signal: controller.signal });
    if (delayMs === 0) controller.abort(reason);
    else setTimeout(() => controller.abort(reason), delayMs);
    await assert.rejects(within(connecting, 'connect to reject after it was aborted'), reason);
  }
  await assert.rejects(
    within(kit.connect(url, 'text', { signal: AbortSignal.abort(reason) }), 'connect to reject after it was aborted'),
    reason,
  );
  same(await (await kit.connect(url)).echo('as if nothing had happened'), 'as if nothing had happened');
}

async function connectRejects(kit: ConformanceKit): Promise<void> {
  const listener = await kit.listen();
  await listener.close();
  const connecting = kit.connect(listener.url).then(
    () => assert.fail('connect resolved although no server listens'),
    (error: unknown) => error,
  );
  const reason = await within(connecting, 'connect to reject');
  assert.ok(reason instanceof Error, `connect rejected with no error: ${errorText(reason)}`);
  assert.notEqual(errorText(reason), '', 'connect rejected without a reason');
}

async function listenRejects(kit: ConformanceKit): Promise<void> {
  const { url } = await kit.listen();
  await assert.rejects(within(kit.listen(Number(new URL(url).port)), 'listen to reject'), /EADDRINUSE/);
  same(await (await kit.connect(url)).echo('undisturbed'), 'undisturbed');
}

async function reportsLoss(kit: ConformanceKit): Promise<void> {
  const listener = await kit.listen();
  const peers = await Promise.all(Array.from({ length: 5 }, () => kit.connect(listener.url)));
  same(await peers[0]!.echo('hello'), 'hello');
  await within(listener.close(), 'the server to close');
  for (const peer of peers) {
    const reason = await peer.isLost();
    assert.ok(reason instanceof Error && reason.message.length > 0, 'a session was lost without a reason');
  }
  await Promise.all(peers.map((peer) => peer.close()));
  for (const peer of peers) assert.equal(peer.losses.length, 1, 'a lost session was not reported exactly once');
}

async function closesTwice(kit: ConformanceKit): Promise<void> {
  const listener = await kit.listen();
  const [peer, other] = [await kit.connect(listener.url), await kit.connect(listener.url)];
  await Promise.all([peer.close(), peer.close()]);
  await peer.close();
  same(await other.echo('unmoved'), 'unmoved');
  assertNotLost(peer, 'a session that was closed was reported as lost');
  await within(Promise.all([other.close(), listener.close(), listener.close()]), 'the session and the server to close');
  await listener.close();
  assertNotLost(other, 'a session that was closed was reported as lost');
}

async function leavesNothing(kit: ConformanceKit): Promise<void> {
  // Sockets of an earlier check that are still closing would hide those that this one leaves.
  await eventually(() => sockets(handles()) === 0);
  const before = handles();
  const first = await kit.listen();
  const peers = await Promise.all(Array.from({ length: 10 }, () => kit.connect(first.url)));
  for (const peer of peers) await peer.echo('hello');
  for (const peer of peers.slice(5)) await peer.close();
  await within(first.close(), 'the server to close');
  for (const peer of peers.slice(0, 5)) await peer.isLost();
  const again = await kit.listen(Number(new URL(first.url).port));
  await within(again.close(), 'the second server to close');
  await eventually(() => added(before, handles()).length === 0);
  const left = added(before, handles());
  assert.equal(left.length, 0, `still open after everything was closed: ${left.join(', ')}`);
}

function assertNotLost({ losses }: Peer, failure: string): void {
  assert.equal(losses.length, 0, `${failure}: ${losses.map(errorText).join('; ')}`);
}

/** Kinds of the open sockets, servers and timers of this process, one entry each. */
function handles(): string[] {
  const kinds = ['TCPSocketWrap', 'TCPServerWrap', 'TCPConnectWrap', 'Timeout', 'Immediate'];
  return process.getActiveResourcesInfo().filter((kind) => kinds.includes(kind));
}

function sockets(kinds: readonly string[]): number {
  return kinds.filter((kind) => kind.startsWith('TCP')).length;
}

/** Entries of `after` that are not in `before`; each entry of `before` cancels one. */
function added(before: readonly string[], after: readonly string[]): string[] {
  const known = [...before];
  return after.filter((kind) => {
    const index = known.indexOf(kind);
    if (index >= 0) known.splice(index, 1);
    return index < 0;
  });
}

/** Waits up to 4 s for a condition, because the system closes sockets late. Does not throw: the caller asserts. */
async function eventually(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 200 && !condition(); round++) await sleep(20);
}

/** Sends a marker and waits for its echo, so that everything sent before has had time to arrive. */
async function settled(...peers: Peer[]): Promise<void> {
  const [first] = peers;
  const before = first!.received.length;
  await first!.send('marker');
  await first!.has(before + 1);
}

function broadcastOf(sender: number, sequence: number, text: string): string {
  return senderPrefix(BROADCAST, sender) + sequenceDigits(sequence) + text;
}

function letters(size: number): string {
  return 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(Math.ceil(size / 36)).slice(0, size);
}

/** Asserts that two messages are equal; a failure shows only the first 80 characters. */
function same(actual: Message, expected: Message, what = 'echo'): void {
  const equal = typeof actual === 'string' ? actual === expected : Buffer.compare(actual, expected as Uint8Array) === 0;
  const excerpt = (message: Message) =>
    (typeof message === 'string' ? message : Buffer.from(message).toString('hex')).slice(0, 80);
  if (!equal)
    assert.fail(
      `${what}: got ${JSON.stringify(excerpt(actual))} (${actual.length}), sent ${JSON.stringify(excerpt(expected))} (${expected.length})`,
    );
}

function sameSet(actual: readonly Message[], expected: readonly Message[]): void {
  assert.deepEqual(actual.map(String).sort(), expected.map(String).sort());
}
