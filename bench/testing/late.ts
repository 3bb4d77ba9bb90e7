import { writeFileSync } from 'node:fs';
import { sequenceOf } from '../codec/header.ts';
import type { ClientModule, ClientSettings, Message, Receiver, Session } from '../contract.ts';

/**
 * Client module between another client module and its receiver that gives each message a programmed delay. It hands an echo on as soon
 * as the event loop allows after that time since the message was sent, and never before; the time that server and system take is part
 * of it. It also records when each message was handed on, so that a pause of the machine can be told from a wrong measurement.
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
    // The slow messages of the sessions are staggered, so that they are spread evenly over the schedule.
    const isSlow = (sequence + offset) % Number(slowEvery) === 0;
    releaseAt(atMs + Number(isSlow ? slowMs : delayMs), () => {
      released[turn] = process.hrtime.bigint();
      receiver.message(arrived);
      if (++handedOn === stamps) writeFileSync(String(stampsFile), JSON.stringify(released.map(String)));
    });
  }

  const session = await honest.connect(
    url,
    { message, unreadable: (what) => receiver.unreadable(what), lost: (reason) => receiver.lost(reason) },
    settings,
  );
  return {
    send(sending) {
      sent.set(sequenceOf(sending), { atMs: performance.now(), turn: turns++ });
      return session.send(sending);
    },
    close: () => session.close(),
  };
}

/** Counts over all sessions of this process. */
let opened = 0;
let turns = 0;
let handedOn = 0;
const released: bigint[] = [];
const SPREAD = 37;
/** Time before the moment at which waiting goes over from a timer, which may be 2 ms early or late, to turns of the event loop. */
const TURNING_MS = 1;

function releaseAt(momentMs: number, release: () => void): void {
  const turn = (): void => {
    if (performance.now() >= momentMs) release();
    else setImmediate(turn);
  };
  setTimeout(turn, Math.max(0, Math.floor(momentMs - performance.now() - TURNING_MS)));
}
