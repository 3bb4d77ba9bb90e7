/** Section of the page that the address names, and the reader's choices in it: `#trust&q=2&sort=p99`. */
export type UrlState = { readonly anchor: string; readonly values: ReadonlyMap<string, string> };

/** Reads an address's hash. Ignores parts that are no choice, because an address may come from anywhere. */
export function parseUrlState(hash: string): UrlState {
  const parts = hash.replace(/^#/, '').split('&');
  const anchor = decoded(parts.find((part) => part !== '' && !part.includes('=')) ?? '');
  const pairs = parts.flatMap((part): [string, string][] => {
    const at = part.indexOf('=');
    return at < 1 ? [] : [[decoded(part.slice(0, at)), decoded(part.slice(at + 1))]];
  });
  return { anchor, values: new Map(pairs) };
}

export function formatUrlState({ anchor, values }: UrlState): string {
  const pairs = [...values].map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  return `#${[...(anchor === '' ? [] : [encoded(anchor)]), ...pairs].join('&')}`;
}

/** Commas and colons, which separate the items of a value, stay readable. */
const encoded = (text: string): string => encodeURIComponent(text).replaceAll('%2C', ',').replaceAll('%3A', ':');

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The reader's choices, by name, are kept in the address alone: `#trust&q=2&sort=p99` is section `trust` with question 2 in front. An
 * address can be reloaded, sent to someone, and returned to with the browser's back button.
 *
 *   watchState('q', (value) => show(value ?? '1'));   // calls at once and after each change: `setState`, back, forward, a new address
 *   setState('q', '3');                               // adds an entry to the history; null removes the choice
 *   setState('weights', text, 'replace');             // adds no entry: for values that change while a slider moves
 *
 * Names and values belong to the part that uses them. A value may be any text, because it comes from the address. Links to a section
 * (`href="#trust"`) keep all choices. Names in use: `q`, `sort`, `theme`, `keys`, `lit`, those of `choices.tsx`, the advisor's
 * `LINK_KEYS`; on the page of two runs `hide`, `order`, `columns`, `mark`.
 */
let current: UrlState = { anchor: '', values: new Map() };

type Watcher = (value: string | null) => void;

const watchers = new Map<string, Set<Watcher>>();

export const stateOf = (name: string): string | null => current.values.get(name) ?? null;

/** Adds an entry to the history, changes the present entry, or neither, because a link is about to be followed. */
export type HistoryUpdate = 'push' | 'replace' | 'later';

export function setState(name: string, value: string | null, update: HistoryUpdate = 'push'): void {
  if (stateOf(name) === value) return;
  const others = [...current.values].filter(([one]) => one !== name);
  current = { ...current, values: new Map(value === null ? others : [...others, [name, value]]) };
  updateHistory(update);
  notify([name]);
}

/** @returns a function that stops watching */
export function watchState(name: string, watcher: Watcher): () => void {
  const those = watchers.get(name) ?? new Set();
  watchers.set(name, those.add(watcher));
  watcher(stateOf(name));
  return () => those.delete(watcher);
}

/** Reads the address and follows its changes. Starts before all other parts of the page, which use its state. */
export function keepState(): void {
  current = parseUrlState(location.hash);
  updateHistory('replace');
  addEventListener('hashchange', () => {
    const before = current;
    const next = parseUrlState(location.hash);
    // An entry without our mark is new: a link was followed, which keeps all choices, or an address was typed.
    const isNew = history.state !== MARK;
    current = isNew && next.values.size === 0 && next.anchor !== '' ? { ...before, anchor: next.anchor } : next;
    if (isNew) updateHistory('replace');
    notify(
      [...new Set([...before.values.keys(), ...current.values.keys()])].filter(
        (name) => before.values.get(name) !== stateOf(name),
      ),
    );
    if (isNew) arrive();
  });
}

/** Shows the address's section. Starts after all other parts: the browser does not find a section by a hash that has choices too. */
export function arrive(): void {
  const target = current.anchor === '' ? null : document.getElementById(current.anchor);
  if (target === null) return;
  reveal(target, 'replace');
  if (current.values.size > 0) target.scrollIntoView();
}

type Revealer = (target: Element, update: HistoryUpdate) => void;

const revealers = new Set<Revealer>();

/** Registers a part that hides elements which links may lead to; it is called with the element that is about to be shown. */
export const whenRevealed = (revealer: Revealer): void => void revealers.add(revealer);

export function reveal(target: Element, update: HistoryUpdate): void {
  for (const revealer of revealers) revealer(target, update);
}

const MARK = 'wirebench';

function updateHistory(update: HistoryUpdate): void {
  const address = formatUrlState(current);
  // A page without an address of its own, as in a viewer's frame, may have no history. Its state then lasts while it is open.
  try {
    if (update === 'push') history.pushState(MARK, '', address);
    else if (update === 'later') return;
    else if (address !== '#' || location.hash !== '') history.replaceState(MARK, '', address);
    else history.replaceState(MARK, '');
  } catch {}
}

function notify(names: readonly string[]): void {
  for (const name of names) for (const watcher of watchers.get(name) ?? []) watcher(stateOf(name));
}
