import type { PlannedCase } from '../../plan/plan.ts';
import type { Theory } from '../../results/schema.ts';
import { framings, sumOf } from '../../theory/framing.ts';
import { PACKET_BYTES, SEGMENT_BYTES } from '../link.ts';
import { type Judged, summarise } from '../measurement.ts';
import type { Stage } from '../stage.ts';
import { readClosed } from './closed.ts';

/** Messages of each session before the counted ones: connections are open and TCP acknowledges as it will. */
const WARM_EXCHANGES = 40;
/** Messages of each session whose bytes are counted. */
const EXCHANGES = 200;
/** Longest time they may take altogether. */
const MOST_SECONDS = 30;

/** Sends a known number of messages, in each session one at a time, and says what theory makes of them. */
export async function measureWire(planned: PlannedCase, stage: Stage): Promise<Judged> {
  const reading = await readClosed(planned, stage, {
    warmUp: { seconds: MOST_SECONDS, most: WARM_EXCHANGES },
    measured: { seconds: MOST_SECONDS, most: EXCHANGES },
  });
  const theory = theoryOf(planned, stage.url);
  return summarise(planned, reading, theory === undefined ? {} : { theory });
}

function theoryOf({ entry, variant, clients, size }: PlannedCase, url: string): Theory | undefined {
  const framing = framings[variant === null ? entry.id : `${entry.id}:${variant.id}`];
  if (framing === undefined) return undefined;
  const each = sumOf(framing, { size, url, first: WARM_EXCHANGES + 1, count: EXCHANGES, segmentBytes: SEGMENT_BYTES });
  return {
    exchanges: EXCHANGES * clients,
    up: each.up * clients,
    down: each.down * clients,
    segmentsUp: each.segmentsUp * clients,
    segmentsDown: each.segmentsDown * clients,
    packetBytes: PACKET_BYTES,
    source: framing.source,
  };
}
