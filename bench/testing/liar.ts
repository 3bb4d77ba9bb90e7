import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ClientModule, ClientSettings, Message, Receiver, Session } from '../contract.ts';

/**
 * A client module that stands between another one and its receiver, and lies: it drops, duplicates, swaps or flips an exact
 * number of arrivals, chosen by a seed. Options: `through`, the other module's URL; `fault`; `silent`, arrivals to let pass
 * first; `lies`, then so many lies in so many arrivals, one phase after another: `1/400,7/400`.
 */
export type Fault = 'drop' | 'duplicate' | 'swap' | 'flip';

/** Lies are this many arrivals apart at least, so that most messages are left alone. */
const APART = 8;
/** The last tenth of a phase is left alone, so that every message held back has one to come after. */
const LIED_ABOUT = 0.9;

/** Arrivals of all sessions of this process so far, and which of them are lied about. */
let arrivals = 0;
let chosen: ReadonlySet<number> | undefined;

export async function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { through, fault, silent, lies } = settings.options;
  const honest: ClientModule = await import(String(through));
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

  return honest.connect(url, { message, lost: (reason) => receiver.lost(reason) }, settings);
}

function choose(silent: number, lies: string): ReadonlySet<number> {
  const random = xoroshiro128plus(1);
  const numbers = new Set<number>();
  let from = silent;
  for (const phase of lies.split(',')) {
    const [count = 0, of = 0] = phase.split('/').map(Number);
    const places = Array.from({ length: Math.floor((of * LIED_ABOUT) / APART) }, (_, place) => from + place * APART);
    for (let lie = 0; lie < count; lie++) {
      const [place] = places.splice(uniformInt(random, 0, places.length - 1), 1);
      if (place !== undefined) numbers.add(place);
    }
    from += of;
  }
  return numbers;
}

/** Changes one character, of header and filler in turn. */
function flip(text: string, turn: number): string {
  const at = (turn * 7) % text.length;
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
}
