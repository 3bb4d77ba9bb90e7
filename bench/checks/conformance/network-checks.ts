import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '../../contract.ts';
import { type Peer, within } from '../../testing/kit.ts';
import { PATIENCE_MS } from '../../testing/patience.ts';
import { type ConformanceKit, LIMIT_BYTES } from './harness.ts';

/** Check of a transport over a network with delay and loss. Throws if it fails, and otherwise resolves with its observation. */
export interface NetworkCheck {
  readonly name: string;
  readonly run: (kit: ConformanceKit) => Promise<string>;
}

export const networkChecks: readonly NetworkCheck[] = [
  { name: 'carries 200 messages as promised', run: carriesMessages },
  { name: 'echoes its largest message (at most 1 MiB)', run: echoesLargest },
  { name: 'tells both sides of the end', run: saysGoodbye },
];

const MESSAGES = 200;
/** Distance of messages, so that each travels in packets of its own. */
const INTERVAL_MS = 5;
const MESSAGE_BYTES = 100;
/** Size of a message that a transport without retransmission can carry in few packets, and the number of attempts. */
const FRAGMENTED_BYTES = 16 * 1024;
const ATTEMPTS = 20;
/** Time without an arrival after which the rest counts as lost, where losses are allowed. */
const QUIET_MS = 1_500;
/** Time for a large message over a slow line with losses, in which each row of them may cost a time-out. */
const MAX_ECHO_MS = 120_000;
const POLL_MS = 20;
const SESSIONS = 5;

/** Text of a size that its number begins. */
const textOf = (number: number, bytes: number): string => `${number} `.padEnd(bytes, 'abcdefghijklmnopqrstuvwxyz');

async function carriesMessages(kit: ConformanceKit): Promise<string> {
  const { ordered, reliable } = kit.subject.capabilities;
  const peer = await kit.connect((await kit.listen()).url);
  const sent = Array.from({ length: MESSAGES }, (_, number) => textOf(number, MESSAGE_BYTES));
  const sending: Promise<void>[] = [];
  for (const message of sent) {
    sending.push(peer.send(message));
    await sleep(INTERVAL_MS);
  }
  await within(Promise.all(sending), `${MESSAGES} messages to be sent`);
  if (reliable) await peer.has(MESSAGES);
  // A second copy may come late, so reliable transports are waited for too.
  await quiet(peer);
  const numbers = peer.received.map((message) => numberOf(message, sent));
  assert.equal(new Set(numbers).size, numbers.length, 'a message arrived twice');
  if (reliable) assert.equal(numbers.length, MESSAGES, `${MESSAGES - numbers.length} messages were lost`);
  const overtaken = numbers.filter((number, at) => at > 0 && number < numbers[at - 1]!).length;
  if (ordered) assert.equal(overtaken, 0, `${overtaken} messages arrived out of order`);
  assert.ok(numbers.length >= MESSAGES / 2, `only ${numbers.length} of ${MESSAGES} messages arrived`);
  assert.equal(peer.losses.length, 0, 'the session was lost');
  return `${numbers.length} of ${MESSAGES} messages${overtaken > 0 ? `, ${overtaken} out of order` : ''}`;
}

/** Number of a message; throws unless it arrived as it was sent. */
function numberOf(message: Message, sent: readonly Message[]): number {
  const number = Number.parseInt(String(message), 10);
  assert.ok(message === sent[number], `this message was never sent: ${String(message).slice(0, 80)}`);
  return number;
}

async function echoesLargest(kit: ConformanceKit): Promise<string> {
  const { reliable, mostBytes = LIMIT_BYTES } = kit.subject.capabilities;
  const peer = await kit.connect((await kit.listen()).url);
  if (reliable) {
    const text = textOf(0, mostBytes);
    await peer.send(text);
    await arrival(peer);
    assert.ok(peer.received[0] === text, `the echo of ${mostBytes} bytes differs`);
    return `${mostBytes} bytes whole`;
  }
  // Without retransmission a message is lost with any of its packets, so fewer packets are sent, several times.
  const bytes = Math.min(mostBytes, FRAGMENTED_BYTES);
  const sent = Array.from({ length: ATTEMPTS }, (_, number) => textOf(number, bytes));
  for (const message of sent) {
    await peer.send(message);
    await sleep(QUIET_MS / ATTEMPTS);
  }
  await quiet(peer);
  for (const message of peer.received) numberOf(message, sent);
  assert.ok(peer.received.length > 0, `none of ${ATTEMPTS} messages of ${bytes} bytes arrived`);
  return `${bytes} bytes whole, ${peer.received.length} of ${ATTEMPTS}`;
}

/** Closes a session and then the server: the first is no loss, and the second is told every other session once, with a reason. */
async function saysGoodbye(kit: ConformanceKit): Promise<string> {
  const listener = await kit.listen();
  const [first, ...others] = await Promise.all(Array.from({ length: SESSIONS }, () => kit.connect(listener.url)));
  await Promise.all([first!.close(), first!.close()]);
  assert.equal(first!.losses.length, 0, 'a session that was closed was reported as lost');
  await within(listener.close(), 'the server to close');
  const reasons = await Promise.all(others.map((peer) => peer.isLost()));
  for (const reason of reasons)
    assert.ok(reason instanceof Error && reason.message !== '', 'a session was lost without a reason');
  await Promise.all(others.map((peer) => peer.close()));
  for (const { losses } of others) assert.equal(losses.length, 1, 'a lost session was not reported exactly once');
  assert.equal(first!.losses.length, 0, 'a session that was closed was reported as lost');
  return `told: ${reasons[0]!.message}`;
}

/** Waits for the first message. Throws if the session is lost before, or none comes for long. */
async function arrival(peer: Peer): Promise<void> {
  const beganMs = performance.now();
  while (peer.received.length === 0) {
    const [lost] = peer.losses;
    if (lost !== undefined) throw lost;
    const isLate = performance.now() - beganMs > MAX_ECHO_MS;
    assert.ok(!isLate, `no message arrived within ${MAX_ECHO_MS / 1e3} s`);
    await sleep(POLL_MS);
  }
}

/** Waits until nothing has arrived for a while. */
async function quiet(peer: Peer): Promise<void> {
  const beganMs = performance.now();
  for (let before = -1; before !== peer.received.length && performance.now() - beganMs < PATIENCE_MS; ) {
    before = peer.received.length;
    await sleep(QUIET_MS);
  }
}
