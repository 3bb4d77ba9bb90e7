import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientModule, Message, Platform, Receiver, Session } from '../../contract.ts';
import { errorText } from '../../error-text.ts';
import type { Reaches } from '../../results/values.ts';
import { reasonShown, redactor } from '../../security/redact.ts';
import { dial, HANDSHAKE_SECONDS } from '../dial.ts';
import { Messages } from '../messages.ts';
import type { ProbeOrder } from '../protocol.ts';
import { keyOf } from './answers.ts';
import type { Probe, ProbeFault, TooLarge } from './form.ts';
import { alike, difference, formOf, type Located, locate, quoted, type Unasked, whyChanged } from './learn.ts';

/** Maximum wait for an answer, besides what the transport itself waits. */
const ANSWER_SECONDS = 3;
/** Number of messages that are sent where one may get lost, before none is believed to have an answer. */
const LOSSY_ATTEMPTS = 3;
/** Wait for a message at the second of two sessions, after the first has it. */
const SECOND_SECONDS = 1;
/** Wait after the last answer, in which messages for the other session and further ones for this one arrive. */
const QUIET_MS = 100;
/** Time after which an answer with digits around the message is asked for again: they may be a clock's. */
const CLOCK_MS = 1_100;
/** Minimum number of messages that the first session sends. */
const MESSAGES = 4;
/** Numbers of messages among which those are chosen that JSON would escape. */
const CANDIDATES = 64;
/** Maximum number of different messages besides answers: more are taken for ones that never repeat. */
const MAX_UNASKED = 2;
const POLL_MS = 2;

/** Session of the probe, with everything that arrived. */
class Ear implements Receiver {
  readonly heard: Message[] = [];
  readonly #run: string | undefined;
  session: Session | undefined;
  /** Reason why nothing more can be expected. */
  over: string | undefined;

  /** @param run id of this run; what others send at the same time is not heard */
  constructor(run: string | undefined) {
    this.#run = run;
  }

  message(message: Message): void {
    if (this.#run !== undefined && isOfAnotherRun(message, this.#run)) return;
    // Copied, because bytes are valid only until this returns.
    this.heard.push(typeof message === 'string' ? message : Uint8Array.from(message));
  }

  unreadable({ head }: { readonly head: string }): void {
    this.heard.push(head);
  }

  lost(reason: Error): void {
    this.over ??= `the session ended: ${reason.message}`;
  }

  /** Place of a message in the first arrival that has it. */
  find(sent: Message): Located | undefined {
    for (const arrival of this.heard) {
      const found = locate(sent, arrival);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Measured message anywhere in a text, with the id of its run. */
const MEASURED = /[EB][\w-]{4}[0-9a-f]{7}([\w-]{4})/;

function isOfAnotherRun(message: Message, run: string): boolean {
  const [, id = run] = MEASURED.exec(keyOf(message)) ?? [];
  // A server may change the case of letters, which is then the fault to name.
  return id.toLowerCase() !== run.toLowerCase();
}

/** Dials a foreign server, sends a few messages and learns the form of its answers. */
export async function probe(order: ProbeOrder, client: ClientModule, platform: Platform): Promise<Probe> {
  const sender = new Ear(order.run);
  const other = order.companion ? new Ear(order.run) : undefined;
  const ears = other === undefined ? [sender] : [sender, other];
  const abort = new AbortController();
  try {
    for (const ear of ears) {
      try {
        const settings = { ...order, platform, signal: abort.signal, seconds: HANDSHAKE_SECONDS };
        ear.session = await dial(client, order.urls[0]!, ear, settings);
      } catch (error) {
        const reason = reasonShown(errorText(error), redactor(order.urls[0]!, order.token));
        return ear === sender
          ? { reason, unopened: true }
          : { reason: `a second session could not be opened: ${reason}` };
      }
    }
    return withoutToken(await converse(order, sender, other), order);
  } finally {
    abort.abort(new Error('the probe is over'));
    // The process that probes ends soon, so a server that does not close its side is left.
    await Promise.race([Promise.allSettled(ears.map(({ session }) => session?.close())), sleep(QUIET_MS)]);
  }
}

/** Hides the token in a reason. Answers that carry it are not learned, because they would stand in the results. */
function withoutToken(found: Probe, { urls, token = '' }: Pick<ProbeOrder, 'urls' | 'token'>): Probe {
  if ('reason' in found) return { ...found, reason: reasonShown(found.reason, redactor(urls[0]!, token)) };
  if (token === '' || !JSON.stringify(found.answers ?? {}).includes(JSON.stringify(token).slice(1, -1))) return found;
  return {
    reason: 'the server sends the token of its client back, which results must not have; let it leave that out',
  };
}

async function converse(order: ProbeOrder, sender: Ear, other: Ear | undefined): Promise<Probe> {
  const ears = other === undefined ? [sender] : [sender, other];
  const { sizes, encoding } = order;
  if (sizes.length === 0) {
    await sleep(QUIET_MS);
    const answers = formOf([], encoding, { greetings: Math.min(...ears.map(({ heard }) => heard.length)), others: [] });
    return { reached: order.reaches, ...(answers === undefined ? {} : { answers }) };
  }

  const sent: Message[] = [];
  const found: Located[] = [];
  let sequence = 0;

  /** Sends a session's next message and waits for its answers. Returns those whom it reached, or why it cannot be measured. */
  async function exchange(from: Ear, build: (sender: number, index: number) => Message): Promise<Reaches | ProbeFault> {
    for (let left = order.reliable ? 1 : LOSSY_ATTEMPTS; ; left--) {
      const outcome = await exchangeOne(from, build(from === sender ? 0 : 1, sequence++));
      if (typeof outcome === 'string' || left === 1 || from.over !== undefined) return outcome;
    }
  }

  async function exchangeOne(from: Ear, message: Message): Promise<Reaches | ProbeFault> {
    const heardBefore = from.heard.length;
    sent.push(message);
    const [own, others] = await answersTo(order, from, other === from ? sender : other, message);
    for (const one of [own, others]) if (one !== undefined) found.push(one);
    if (own === undefined && others === undefined)
      return {
        reason: whyNoAnswer(order, from, message, {
          instead: from.heard.slice(heardBefore),
          number: sent.length,
          suffix: found[0]?.suffix,
        }),
      };
    return own === undefined ? 'others' : others === undefined ? 'sender' : 'everyone';
  }

  const each = Math.ceil(MESSAGES / sizes.length);
  let reached: Reaches | undefined;
  let largest: TooLarge | undefined;
  for (const size of sizes.toSorted((a, b) => a - b)) {
    const messages = messagesOf(order, size);
    for (let count = 0; count < each && largest === undefined; count++) {
      const outcome = await exchange(sender, messages);
      // Further messages would say no more: whom they reach is the fault.
      if (other !== undefined && typeof outcome === 'string' && !mayReach(order, outcome)) return { reached: outcome };
      if (typeof outcome === 'string') reached ??= outcome;
      // The first size is the smallest: nothing can be measured.
      else if (size === Math.min(...sizes)) return outcome;
      else largest = { size, reason: outcome.reason };
    }
  }
  const smallest = messagesOf(order, Math.min(...sizes));
  const varying = unlike(found);
  if (varying !== undefined) return changes('from answer to answer', varying);
  if (other !== undefined && other.over === undefined) {
    const outcome = await exchange(other, smallest);
    if (typeof outcome !== 'string') return outcome;
    const personal = unlike(found);
    if (personal !== undefined) return changes('from session to session', personal);
  }
  if (found.some(({ prefix, suffix }) => /\d/.test(`${prefix} ${suffix}`))) {
    await sleep(CLOCK_MS);
    await exchange(sender, smallest);
    const timed = unlike(found);
    if (timed !== undefined) return changes('with time', timed);
  }
  await sleep(QUIET_MS);
  // Arrivals that nothing waited for may have come later.
  if (reached === 'sender' && other?.find(sent[0]!) !== undefined) reached = 'everyone';
  if (reached === 'others' && sender.find(sent[0]!) !== undefined) reached = 'everyone';
  const unasked = unaskedBy(sender, other, sent);
  const [one, another, ...more] = new Set(unasked.others.map(keyOf));
  if (one !== undefined && another !== undefined && more.length > MAX_UNASKED - 2)
    return {
      reason: `besides its answers the server sends messages that differ (${quoted(one)}, then ${quoted(another)}), which cannot be told from damaged answers; let it send none, or constant ones`,
    };
  const answers = formOf(found, encoding, unasked);
  return {
    reached: reached ?? 'sender',
    ...(answers === undefined ? {} : { answers }),
    ...(largest === undefined ? {} : { tooLarge: largest }),
  };
}

/** True if messages that reach these can be measured: a server that sends to all but the sender broadcasts too. */
const mayReach = ({ reaches }: ProbeOrder, reached: Reaches): boolean =>
  reached === reaches || (reaches === 'everyone' && reached === 'others');

/** Waits for a message at its sender, and at the other session if it is for everyone or comes there first. */
async function answersTo(
  { reaches, reliable, pauseSeconds }: ProbeOrder,
  from: Ear,
  other: Ear | undefined,
  message: Message,
): Promise<readonly [own: Located | undefined, others: Located | undefined]> {
  const heardBefore = from.heard.length;
  let until = performance.now() + ((reliable ? ANSWER_SECONDS : ANSWER_SECONDS / LOSSY_ATTEMPTS) + pauseSeconds) * 1e3;
  const send = async (): Promise<void> => from.session?.send(message);
  // Not waited for: a server may leave it open.
  send().catch((error: unknown) => {
    from.over ??= `it was refused: ${errorText(error)}`;
  });
  for (let isFirst = true; ; ) {
    const own = from.find(message);
    const others = other?.find(message);
    const isComplete =
      (own !== undefined || reaches === 'others') &&
      (others !== undefined || other === undefined || reaches === 'sender');
    const now = performance.now();
    if (isComplete || now > until || from.over !== undefined) return [own, others];
    const isChanged = from.heard.slice(heardBefore).some((arrival) => whyChanged(message, arrival) !== undefined);
    if (isFirst && (own !== undefined || others !== undefined || isChanged)) {
      isFirst = false;
      until = Math.min(until, now + (SECOND_SECONDS + pauseSeconds) * 1e3);
    }
    await sleep(POLL_MS);
  }
}

/** Says why a message has no answer, from what came instead. */
function whyNoAnswer(
  { unanswered, reaches }: ProbeOrder,
  from: Ear,
  message: Message,
  { instead, number, suffix }: { instead: readonly Message[]; number: number; suffix: Buffer | undefined },
): string {
  const size = message.length;
  if (from.over !== undefined) return `message ${number}, of ${size} bytes, has no answer, because ${from.over}`;
  for (const arrival of instead) {
    const changed = whyChanged(message, arrival, suffix);
    if (changed !== undefined) return changed;
  }
  const remedy =
    reaches === 'sender'
      ? 'the server must send every message back to its sender'
      : `the server must send every message to all ${reaches === 'others' ? 'other ' : ''}sessions`;
  const owed = unanswered ?? remedy;
  const other = instead.at(-1);
  return other === undefined
    ? `no answer to message ${number}, of ${size} bytes, came within ${ANSWER_SECONDS} s: ${owed}`
    : `the answer to message ${number} does not contain it: ${quoted(other)} came for ${quoted(message)}; ${owed}`;
}

/** Builds messages of a size, those first that JSON escapes if there are any. */
function messagesOf(order: ProbeOrder, size: number): (sender: number, index: number) => Message {
  const messages = new Messages({ ...order, size, senders: 2 });
  const escapes = (sequence: number): boolean => /["\\]/.test(keyOf(messages.build(0, sequence)));
  const numbers = Array.from({ length: CANDIDATES }, (_, sequence) => sequence);
  const choice = [...numbers.filter(escapes), ...numbers.filter((one) => !escapes(one))];
  return (sender, index) => messages.build(sender, choice[index % choice.length]!);
}

/** First pair of answers that differ in form; undefined if all are alike. */
function unlike(found: readonly Located[]): readonly [Located, Located] | undefined {
  const [first] = found;
  const other = found.find((one) => first !== undefined && !alike(first, one));
  return first === undefined || other === undefined ? undefined : [first, other];
}

const changes = (when: string, [one, other]: readonly [Located, Located]): ProbeFault => ({
  reason: `what surrounds the message in an answer changes ${when} (${difference(one, other)}); only what is constant can be told from the message, so leave out names, numbers and times`,
});

/** Arrivals that answer nothing: those before a session's first answer greet it. */
function unaskedBy(sender: Ear, other: Ear | undefined, sent: readonly Message[]): Unasked {
  const isAnswer = (arrival: Message): boolean => sent.some((message) => locate(message, arrival) !== undefined);
  const firstAnswer = ({ heard }: Ear): number => {
    const at = heard.findIndex(isAnswer);
    return at < 0 ? heard.length : at;
  };
  const others = [sender, ...(other === undefined ? [] : [other])].flatMap((ear) =>
    ear.heard.slice(firstAnswer(ear)).filter((arrival) => !isAnswer(arrival)),
  );
  const constant = new Set(others.map(keyOf));
  // A session that opens may be announced to those before it, so the last one counts.
  const last = other ?? sender;
  const before = last.heard.slice(0, firstAnswer(last));
  const greetings = before.filter((arrival) => !constant.has(keyOf(arrival))).length;
  return { greetings, others };
}
