import { type Counted, sumOf } from '../checks/theory/framing.ts';
import { ECHO } from '../codec/header.ts';
import { Messages } from '../load/messages.ts';
import type { MeasuredTrial, Theory } from '../results/schema.ts';
import { DATAGRAM_PACKET_BYTES, PACKET_BYTES, SEGMENT_BYTES } from '../run/link.ts';
import { framingOf, optionsOf } from '../transports/index.ts';
import { readClosed } from './closed.ts';
import type { Measured, PlannedCase, ScenarioModule, Stage } from './shape.ts';
import { sendingSessions } from './shared/costs.ts';

/** Sends messages one at a time and counts their bytes. */
export const wire: ScenarioModule<'wire'> = {
  id: 'wire',
  scenarios: [
    {
      id: 'wire',
      title: 'Bytes of a message, counted and by formula',
      opcode: ECHO,
      reaches: 'sender',
      usual: false,
      defaults: { clients: 1, rate: 0, sizes: [16, 64, 1024, 16384], seconds: 0 },
    },
  ],
  uses: {
    nodes: false,
    rate: 'none',
    messages: true,
    duration: false,
    warmup: false,
    objective: false,
    network: false,
    browsers: false,
  },
  // Short polling needs one interval for every exchange.
  estimateSeconds: (planned) => 2 + ((WARM_EXCHANGES + EXCHANGES) * Number(optionsOf(planned).intervalMs ?? 0)) / 1e3,
  resources: sendingSessions,
  measure: ({ planned, seed, onStage }) => onStage((stage) => countBytes(planned, stage, seed)),
  accounting: { samples: 'service', timeline: false },
  rules: ['accounting-closes', 'something-measured', 'nothing-lost', 'nothing-foreign'],
  detail({ theory, wire: bytes }) {
    if (theory === undefined) return 'no formula';
    if (bytes.datagrams) return datagrams(bytes, theory.exchanges);
    const { up, down } = bytes.socket ?? bytes;
    return `${(up + down) / theory.exchanges} B at the sockets, theory ${(theory.up + theory.down) / theory.exchanges} B`;
  },
  judgedBy: 'formulas',
  brokenSessionsFail: true,
  microCosts: false,
  advice: 'none',
};

/** Messages of each session before the counted ones, after which connections are open and TCP's acknowledgements are steady. */
const WARM_EXCHANGES = 40;
/** Messages of each session whose bytes are counted. */
const EXCHANGES = 200;
/** Maximum time of all exchanges together. */
const MAX_SECONDS = 30;

const datagrams = ({ layer, up, down }: MeasuredTrial['wire'], exchanges: number): string =>
  layer === 'link' ? `${(up + down) / exchanges} B on the link` : 'datagrams are counted only on a private link';

/** Sends a known number of messages, one at a time in each session, and computes their bytes by formula. */
async function countBytes(planned: PlannedCase, stage: Stage, seed: number): Promise<Measured> {
  const reading = await readClosed(planned, stage, {
    warmUp: { seconds: MAX_SECONDS, maxMessages: WARM_EXCHANGES },
    measured: { seconds: MAX_SECONDS, maxMessages: EXCHANGES },
  });
  const theory = await theoryOf(planned, stage.url, seed, {
    up: reading.after.bytesUp - reading.before.bytesUp,
    down: reading.after.bytesDown - reading.before.bytesDown,
  });
  return theory === undefined ? { reading } : { reading, extras: { theory } };
}

/** Bytes by formula. Undefined with TLS, tokens, text that needs escaping or answers of another form, which the formulas do not cover. */
async function theoryOf(
  planned: PlannedCase,
  url: string,
  seed: number,
  counted: Pick<Counted, 'up' | 'down'>,
): Promise<Theory | undefined> {
  const { scenario, clients, size, encoding, payload, tls, auth, answers } = planned;
  const framing = framingOf(planned);
  if (framing === undefined || payload !== 'filler' || tls || auth !== null || answers !== undefined) return undefined;
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
