import { formatPlace, type Place, parsePlace } from './place.ts';

/**
 * What the reader chose, by name, kept in the address alone: `#trust&q=2&sort=p99` is section `trust` with question 2 in front. It
 * can be reloaded, sent to someone, and gone back from.
 *
 *   watchState('q', (value) => show(value ?? '1'));   // at once, and whenever it changes: by `setState`, back, forward, a new address
 *   setState('q', '3');                               // an entry of the history; null forgets the choice
 *   setState('weights', text, 'replace');             // no entry: for what changes while a slider moves
 *
 * Names and values are text of the part that owns them, and may be anything at all: they come from the address. Links to a section
 * (`href="#trust"`) keep all choices. The names taken so far: `q`, `sort`, `theme`, `keys`, `lit`, those of
 * `choices.tsx`, the advisor’s `LINK_KEYS`; on the page of two runs `hide`, `order`, `columns`, `mark`.
 */
type Watcher = (value: string | null) => void;

let place: Place = { anchor: '', values: new Map() };
const watchers = new Map<string, Set<Watcher>>();

export const stateOf = (name: string): string | null => place.values.get(name) ?? null;

/** An entry of the history, the present entry's new address, or none yet: a link is about to be followed. */
export type How = 'push' | 'replace' | 'later';

export function setState(name: string, value: string | null, how: How = 'push'): void {
  if (stateOf(name) === value) return;
  const others = [...place.values].filter(([one]) => one !== name);
  place = { ...place, values: new Map(value === null ? others : [...others, [name, value]]) };
  remember(how);
  notify([name]);
}

/** @returns how to stop watching */
export function watchState(name: string, watcher: Watcher): () => void {
  const those = watchers.get(name) ?? new Set();
  watchers.set(name, those.add(watcher));
  watcher(stateOf(name));
  return () => those.delete(watcher);
}

/** First of the page's parts: the others read what it has read. */
export function keepState(): void {
  place = parsePlace(location.hash);
  remember('replace');
  addEventListener('hashchange', () => {
    const before = place;
    const next = parsePlace(location.hash);
    // An entry without our mark is new: a link that was followed, which keeps what was chosen, or an address typed in.
    const isNew = history.state !== MARK;
    place = isNew && next.values.size === 0 && next.anchor !== '' ? { ...before, anchor: next.anchor } : next;
    if (isNew) remember('replace');
    notify(
      [...new Set([...before.values.keys(), ...place.values.keys()])].filter(
        (name) => before.values.get(name) !== stateOf(name),
      ),
    );
    if (isNew) arrive();
  });
}

/** Last of them: a section whose address holds choices as well is not one that the browser finds by itself. */
export function arrive(): void {
  const target = place.anchor === '' ? null : document.getElementById(place.anchor);
  if (target === null) return;
  reveal(target, 'replace');
  if (place.values.size > 0) target.scrollIntoView();
}

type Revealer = (target: Element, how: How) => void;

const revealers = new Set<Revealer>();

/** For parts that hide what may be linked to: called with what is about to be shown. */
export const whenRevealed = (revealer: Revealer): void => void revealers.add(revealer);

export function reveal(target: Element, how: How): void {
  for (const revealer of revealers) revealer(target, how);
}

const MARK = 'wirebench';

function remember(how: How): void {
  const address = formatPlace(place);
  // A page without an address of its own, as in a viewer's frame, may have no history: it then keeps its state while it is open.
  try {
    if (how === 'push') history.pushState(MARK, '', address);
    else if (how === 'later') return;
    else if (address !== '#' || location.hash !== '') history.replaceState(MARK, '', address);
    else history.replaceState(MARK, '');
  } catch {}
}

function notify(names: readonly string[]): void {
  for (const name of names) for (const watcher of watchers.get(name) ?? []) watcher(stateOf(name));
}
