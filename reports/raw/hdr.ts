import { compressedPart, distributionOf, MAX_BYTES } from '../stats/histogram.ts';
import { bytesOf, inflated } from './inflate.ts';

/** What a log says of a histogram besides its text. */
export type HistogramEnds = { readonly count: number; readonly maxNs: number };

/** Null where it is no compressed V2 HdrHistogram. */
export async function endsOf(base64: string): Promise<HistogramEnds | null> {
  try {
    const bytes = await inflated(compressedPart(bytesOf(base64)), 'deflate', MAX_BYTES);
    const { count, seconds } = distributionOf(bytes);
    return { count, maxNs: Math.round((seconds.at(-1) ?? 0) * 1e9) };
  } catch {
    return null;
  }
}
