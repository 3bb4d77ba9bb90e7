import type { Results } from '../../../bench/results/schema.ts';
import type { Analysis } from '../../model/model.ts';
import { bytesOf, inflated } from '../../raw/inflate.ts';
import type { Pooled } from '../../raw/pooled.ts';
import { ANALYSIS, type CarriedComparison, COMPARISON, HISTOGRAMS, RESULTS } from '../document/carried.ts';

/** Unpacked when it is first asked for: a reader who only reads does not wait for it. */
export const carriedResults = once(() => unpack<Results>(RESULTS));
export const carriedAnalysis = once(() => unpack<Analysis>(ANALYSIS));
export const carriedHistograms = once(() => unpack<Pooled>(HISTOGRAMS));
export const carriedComparison = once(() => unpack<CarriedComparison>(COMPARISON));

/** @throws when the page carries nothing of this name */
async function unpack<Value>(id: string): Promise<Value> {
  const text = document.getElementById(id)?.textContent;
  if (text == null) throw new Error(`this page carries no ${id}`);
  return JSON.parse(await unpackedText(text, Number.POSITIVE_INFINITY));
}

/** What a page carries in one of its elements. @throws when it is damaged, or more than `most` bytes */
export const unpackedText = async (text: string, maxBytes: number): Promise<string> =>
  new TextDecoder().decode(await inflated(bytesOf(text.trim()), 'gzip', maxBytes));

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
