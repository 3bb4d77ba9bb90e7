import type { Results } from '../../../bench/results/schema.ts';
import type { Analysis } from '../../analysis/model.ts';
import { ANALYSIS, RESULTS } from '../carried.ts';

/** Unpacked when it is first asked for: a reader who only reads does not wait for it. */
export const carriedResults = once(() => unpack<Results>(RESULTS));
export const carriedAnalysis = once(() => unpack<Analysis>(ANALYSIS));

/** @throws when the page carries nothing of this name */
async function unpack<Value>(id: string): Promise<Value> {
  const text = document.getElementById(id)?.textContent;
  if (text == null) throw new Error(`this page carries no ${id}`);
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).json();
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
