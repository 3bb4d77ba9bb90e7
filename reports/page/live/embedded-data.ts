import type { Results } from '../../../bench/results/schema.ts';
import { bytesOf, inflated } from '../../raw/inflate.ts';
import type { Pooled } from '../../raw/pooled.ts';
import {
  ANALYSIS,
  type CarriedAnalysis,
  COMPARISON,
  type EmbeddedComparison,
  HISTOGRAMS,
  RESULTS,
  withEveryFigure,
} from '../document/embedded-data.ts';

// Each is decompressed at its first use: someone who only reads the page does not wait for it.
export const embeddedResults = once(() => parse<Results>(RESULTS));
export const embeddedAnalysis = once(async () => withEveryFigure(await parse<CarriedAnalysis>(ANALYSIS)));
export const embeddedHistograms = once(() => parse<Pooled>(HISTOGRAMS));
export const embeddedComparison = once(() => parse<EmbeddedComparison>(COMPARISON));

/** @throws when the page has no element of this id */
async function parse<Value>(id: string): Promise<Value> {
  const text = document.getElementById(id)?.textContent;
  if (text == null) throw new Error(`this page has no embedded data called ${id}`);
  return JSON.parse(await decompressed(text, Number.POSITIVE_INFINITY));
}

/** Decompresses the data embedded in one of a page's elements. @throws when it is damaged, or larger than `maxBytes` */
export const decompressed = async (base64: string, maxBytes: number): Promise<string> =>
  new TextDecoder().decode(await inflated(bytesOf(base64.trim()), 'gzip', maxBytes));

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
