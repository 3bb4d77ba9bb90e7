import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ClientModule, ClientSettings, Message, Receiver, Session } from '../../contract.ts';

/** Kind of lie: an arrival is left out, repeated, delivered after a later one, or changed by one character. */
export type Fault = 'drop' | 'duplicate' | 'swap' | 'flip';

/** Min number of arrivals from one lie to the next, so that most messages are left alone. */
const MIN_DISTANCE = 8;
/** Share of a phase that may contain lies. The rest is left alone, so that every message held back is followed by another. */
const LIED_ABOUT = 0.9;

/** Expected counts of a phase, by the number of its lies and messages. */
export const COUNTED: Readonly<
  Record<Fault, (lies: number, messages: number) => { delivered: number; [count: string]: number }>
> = {
  drop: (lies, messages) => ({ delivered: messages - lies, duplicated: 0, reordered: 0, corrupt: 0 }),
  duplicate: (lies, messages) => ({ delivered: messages, duplicated: lies, reordered: 0, corrupt: 0 }),
  swap: (lies, messages) => ({ delivered: messages, duplicated: 0, reordered: lies, corrupt: 0 }),
  flip: (lies, messages) => ({ delivered: messages - lies, duplicated: 0, reordered: 0, corrupt: lies }),
};

/** Number of arrivals so far in all sessions of this process, and the numbers of those that are lied about. */
let arrivals = 0;
let chosen: ReadonlySet<number> | undefined;

/** Client module that lies for the one whose URL is the option `through`. */
export async function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  return connectLying(await import(String(settings.options.through)), url, receiver, settings);
}

/**
 * Connects with a client module and lies to the receiver about an exact number of arrivals, chosen by a seed. Options: `fault`;
 * `silent`, the number of arrivals before the first phase; `lies`, the number of lies and of arrivals in each phase: `1/400,7/400`.
 */
export async function connectLying(
  honest: ClientModule,
  url: string,
  receiver: Receiver,
  settings: ClientSettings,
): Promise<Session> {
  const { fault, silent, lies } = settings.options;
  chosen ??= choose(Number(silent), String(lies));
  /** Messages held back until an honest one has overtaken them. */
  let held: Message[] = [];

  function message(arrived: Message): void {
    if (!chosen?.has(arrivals++)) {
      receiver.message(arrived);
      for (const late of held) receiver.message(late);
      held = [];
      return;
    }
    switch (fault) {
      case 'duplicate':
        receiver.message(arrived);
        return receiver.message(arrived);
      case 'swap':
        held.push(arrived);
        return;
      case 'flip':
        return receiver.message(flip(String(arrived), arrivals));
    }
  }

  return honest.connect(
    url,
    { message, unreadable: (what) => receiver.unreadable(what), lost: (reason) => receiver.lost(reason) },
    settings,
  );
}

function choose(silent: number, lies: string): ReadonlySet<number> {
  const random = xoroshiro128plus(1);
  const numbers = new Set<number>();
  let from = silent;
  for (const phase of lies.split(',')) {
    const [count = 0, of = 0] = phase.split('/').map(Number);
    const places = Array.from(
      { length: Math.floor((of * LIED_ABOUT) / MIN_DISTANCE) },
      (_, place) => from + place * MIN_DISTANCE,
    );
    for (let lie = 0; lie < count; lie++) {
      const [place] = places.splice(uniformInt(random, 0, places.length - 1), 1);
      if (place !== undefined) numbers.add(place);
    }
    from += of;
  }
  return numbers;
}

/** Changes one character, at a place that moves with `turn` through header and filler. */
function flip(text: string, turn: number): string {
  const at = (turn * 7) % text.length;
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
}
