import { type Draft, draftFrom, LINK_KEYS, linkOf } from '../../../advice/questions/draft.ts';
import { formatPlace, parsePlace } from '../place.ts';
import { setState, stateOf, watchState } from '../state.ts';

/** Of the names that a page's address can carry, those are the advisor's. */
const keys: readonly string[] = LINK_KEYS;

export const isLinked = (): boolean => LINK_KEYS.some((key) => stateOf(key) !== null);

export const linkedDraft = (): Draft =>
  draftFrom(Object.fromEntries(LINK_KEYS.flatMap((key) => (stateOf(key) === null ? [] : [[key, stateOf(key)]]))));

/** Its own changes come in several steps, of which none is a draft that anybody gave. */
let keeping = false;

/** No entry of the history: a slider that is dragged would fill it. */
export function keepDraft(draft: Draft): void {
  const link = linkOf(draft);
  keeping = true;
  for (const key of LINK_KEYS) setState(key, link[key] ?? null, 'replace');
  keeping = false;
}

/** By back, forward or a link that was followed. @returns how to stop watching */
export function watchDraft(follow: (draft: Draft) => void): () => void {
  let due = false;
  const changed = (): void => {
    if (keeping || due) return;
    due = true;
    // Several names change at once: the draft is what they are together.
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

/** Whoever follows it stands before the same answers. */
export function addressOf(draft: Draft): string {
  const others = [...parsePlace(location.hash).values].filter(([name]) => !keys.includes(name));
  const values = new Map([...others, ...Object.entries(linkOf(draft))]);
  return location.href.replace(/#.*/s, '') + formatPlace({ anchor: 'advisor', values });
}
