import { type Draft, draftFrom, LINK_KEYS, linkOf } from '../../../advice/questions/draft.ts';
import { formatUrlState, parseUrlState, setState, stateOf, watchState } from '../url-state.ts';

/** Names in the page's address that belong to the advisor. */
const keys: readonly string[] = LINK_KEYS;

export const isLinked = (): boolean => LINK_KEYS.some((key) => stateOf(key) !== null);

export const linkedDraft = (): Draft =>
  draftFrom(Object.fromEntries(LINK_KEYS.flatMap((key) => (stateOf(key) === null ? [] : [[key, stateOf(key)]]))));

/** True while the advisor changes the address itself, in several steps that are no drafts of the reader. */
let keeping = false;

/** Writes a draft into the address. It adds no entry to the history, which a dragged slider would fill. */
export function keepDraft(draft: Draft): void {
  const link = linkOf(draft);
  keeping = true;
  for (const key of LINK_KEYS) setState(key, link[key] ?? null, 'replace');
  keeping = false;
}

/** Calls `follow` when back, forward or a link changes the draft. @returns a function that stops watching */
export function watchDraft(follow: (draft: Draft) => void): () => void {
  let due = false;
  const changed = (): void => {
    if (keeping || due) return;
    due = true;
    // Several names change at once and make one draft.
    queueMicrotask(() => {
      due = false;
      follow(linkedDraft());
    });
  };
  keeping = true;
  const stops = LINK_KEYS.map((key) => watchState(key, changed));
  keeping = false;
  return () => {
    for (const stop of stops) stop();
  };
}

/** Link that opens the page with the answers of a draft. */
export function addressOf(draft: Draft): string {
  const others = [...parseUrlState(location.hash).values].filter(([name]) => !keys.includes(name));
  const values = new Map([...others, ...Object.entries(linkOf(draft))]);
  return location.href.replace(/#.*/s, '') + formatUrlState({ anchor: 'advisor', values });
}
