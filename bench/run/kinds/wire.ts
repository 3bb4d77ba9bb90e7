import type { PlannedCase } from '../../plan/plan.ts';
import type { Theory } from '../../results/schema.ts';
import { framings, sumOf } from '../../theory/framing.ts';
import { PACKET_BYTES, SEGMENT_BYTES } from '../link.ts';
import { type Judged, summarise } from '../measurement.ts';
import type { Stage } from '../stage.ts';
import { DRAIN_SECONDS } from './load.ts';

/** Messages of each session before the counted ones: connections are open and TCP acknowledges as it will. */
const WARM_EXCHANGES = 40;
/** Messages of each session whose bytes are counted. */
const EXCHANGES = 200;
/** Longest time they may take altogether. */
const MOST_SECONDS = 30;

/** Sends a known number of messages, in each session one at a time, and says what theory makes of them. */
export async function measureWire(planned: PlannedCase, stage: Stage): Promise<Judged> {
  const { clients } = planned;
  const limits = { seconds: MOST_SECONDS, drainSeconds: DRAIN_SECONDS };
  const idle = await stage.snapshot();
  const { connect } = await stage.open(clients, 1);
  const ready = await stage.snapshot();
  await stage.closed({ first: 0, most: WARM_EXCHANGES, ...limits });
  const before = await stage.snapshot();
  const recording = await stage.closed({ first: WARM_EXCHANGES * clients, most: EXCHANGES, ...limits });
  const after = await stage.snapshot();
  const theory = theoryOf(planned, stage.url);
  const counted = { recording, workers: stage.workers, due: recording.sent, seconds: recording.seconds };
  return summarise(
    planned,
    { idle, ready, before, after, connect, ...counted },
    theory === undefined ? {} : { theory },
  );
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
