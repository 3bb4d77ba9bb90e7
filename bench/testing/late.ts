import { writeFileSync } from 'node:fs';
import { sequenceOf } from '../codec/header.ts';
import type { ClientModule, ClientSettings, Message, Receiver, Session } from '../contract.ts';

/**
 * A client module that stands between another one and its receiver, and keeps each message's way at a programmed length: what
 * comes back is handed on so long after its message was sent, to the turn of the event loop, and never before. Whatever server
 * and system took lies within that time. It keeps by itself when each message was handed on, so that a machine that stood still
 * meanwhile is told from an instrument that reads wrong.
 *
 * Options: `through`, the other module's URL; `delayMs`; `slowMs` for one message in `slowEvery` of each sender; and `stampsFile`,
 * which is written once `stamps` messages were handed on: as JSON, the time of each in nanoseconds of `process.hrtime`, as text,
 * in the order in which the messages were sent.
 */
export async function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { through, delayMs, slowMs, slowEvery, stamps, stampsFile } = settings.options;
  const honest: ClientModule = await import(String(through));
  const sent = new Map<number, { readonly atMs: number; readonly turn: number }>();
  const offset = opened++ * SPREAD;

  function message(arrived: Message): void {
    const sequence = sequenceOf(arrived);
    const { atMs, turn } = sent.get(sequence) ?? { atMs: 0, turn: 0 };
    sent.delete(sequence);
    // Sessions take turns at being slow, so that no stretch of the schedule has more slow messages than another.
    const isSlow = (sequence + offset) % Number(slowEvery) === 0;
    releaseAt(atMs + Number(isSlow ? slowMs : delayMs), () => {
      released[turn] = process.hrtime.bigint();
      receiver.message(arrived);
      if (++handedOn === stamps) writeFileSync(String(stampsFile), JSON.stringify(released.map(String)));
    });
  }

  const session = await honest.connect(url, { message, lost: (reason) => receiver.lost(reason) }, settings);
  return {
    send(sending) {
      sent.set(sequenceOf(sending), { atMs: performance.now(), turn: turns++ });
      return session.send(sending);
    },
    close: () => session.close(),
  };
}

/** Of all sessions of this process. */
let opened = 0;
let turns = 0;
let handedOn = 0;
const released: bigint[] = [];
const SPREAD = 37;
/** A timer fires up to two milliseconds before it should, and a little after; the event loop is turned for what is left. */
const TURNING_MS = 1;

function releaseAt(momentMs: number, release: () => void): void {
  const turn = (): void => {
    if (performance.now() >= momentMs) release();
    else setImmediate(turn);
  };
  setTimeout(turn, Math.max(0, Math.floor(momentMs - performance.now() - TURNING_MS)));
}
