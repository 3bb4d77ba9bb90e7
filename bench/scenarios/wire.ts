import { type Counted, sumOf } from '../checks/theory/framing.ts';
import { Messages } from '../load/messages.ts';
import type { PlannedCase } from '../plan/plan.ts';
import type { Theory } from '../results/schema.ts';
import { DATAGRAM_PACKET_BYTES, PACKET_BYTES, SEGMENT_BYTES } from '../run/link.ts';
import { type Judged, summarise } from '../run/measurement.ts';
import type { Stage } from '../run/stage.ts';
import { framingOf } from '../transports/index.ts';
import { readClosed } from './closed.ts';

/** Messages of each session before the counted ones: connections are open and TCP acknowledges as it will. */
const WARM_EXCHANGES = 40;
/** Messages of each session whose bytes are counted. */
const EXCHANGES = 200;
/** Longest time they may take altogether. */
const MOST_SECONDS = 30;

/** Sends a known number of messages, in each session one at a time, and says what theory makes of them. */
export async function measureWire(planned: PlannedCase, stage: Stage, seed: number): Promise<Judged> {
  const reading = await readClosed(planned, stage, {
    warmUp: { seconds: MOST_SECONDS, most: WARM_EXCHANGES },
    measured: { seconds: MOST_SECONDS, most: EXCHANGES },
  });
  const theory = await theoryOf(planned, stage.url, seed, {
    up: reading.after.bytesUp - reading.before.bytesUp,
    down: reading.after.bytesDown - reading.before.bytesDown,
  });
  return summarise(planned, reading, theory === undefined ? {} : { theory });
}

/** The formulas are of plain connections and of text that nothing escapes; of anything else there is no theory. */
async function theoryOf(
  planned: PlannedCase,
  url: string,
  seed: number,
  counted: Pick<Counted, 'up' | 'down'>,
): Promise<Theory | undefined> {
  const { scenario, clients, size, encoding, payload, tls, auth } = planned;
  const framing = framingOf(planned);
  if (framing === undefined || payload !== 'filler' || tls || auth !== null) return undefined;
  const messages = new Messages({ seed, size, encoding, opcode: scenario.opcode, senders: clients });
  const sum = { up: 0, down: 0, segmentsUp: 0, segmentsDown: 0 };
  for (let sender = 0; sender < clients; sender++) {
    const each = await sumOf(framing, {
      size,
      encoding,
      url,
      first: WARM_EXCHANGES + 1,
      count: EXCHANGES,
      segmentBytes: SEGMENT_BYTES,
      messageOf: (index) => messages.build(sender, index - 1),
    });
    for (const key of ['up', 'down', 'segmentsUp', 'segmentsDown'] as const) sum[key] += each[key];
  }
  const asked = { ...counted, url, first: WARM_EXCHANGES + 1, count: EXCHANGES, sessions: clients };
  const theory = framing.adjust?.(sum, asked) ?? sum;
  const { datagrams } = framing;
  const packetBytes = datagrams === undefined ? PACKET_BYTES : DATAGRAM_PACKET_BYTES;
  return { exchanges: EXCHANGES * clients, ...theory, packetBytes, ...datagrams, source: framing.source };
}
