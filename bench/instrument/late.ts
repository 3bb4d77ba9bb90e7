import { sequenceOf } from '../codec/header.ts';
import type { ClientModule, ClientSettings, Message, Receiver, Session } from '../contract.ts';

/**
 * A client module that stands between another one and its receiver, and keeps each message's way at a programmed length: what
 * comes back is handed on so long after its message was sent, to the turn of the event loop, and never before. Whatever server
 * and system took lies within that time, so a reading that is off is the instrument's. Options: `through`, the other module's
 * URL; `delayMs`; and `slowMs` for one message in `slowEvery` of each sender.
 */
export async function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { through, delayMs, slowMs, slowEvery } = settings.options;
  const honest: ClientModule = await import(String(through));
  const sentMs = new Map<number, number>();
  const offset = opened++ * SPREAD;

  function message(arrived: Message): void {
    const sequence = sequenceOf(arrived);
    const sent = sentMs.get(sequence);
    sentMs.delete(sequence);
    // Sessions take turns at being slow, so that no stretch of the timetable has more slow messages than another.
    const isSlow = (sequence + offset) % Number(slowEvery) === 0;
    releaseAt((sent ?? 0) + Number(isSlow ? slowMs : delayMs), () => receiver.message(arrived));
  }

  const session = await honest.connect(url, { message, lost: (reason) => receiver.lost(reason) }, settings);
  return {
    send(sending) {
      sentMs.set(sequenceOf(sending), performance.now());
      return session.send(sending);
    },
    close: () => session.close(),
  };
}

let opened = 0;
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
