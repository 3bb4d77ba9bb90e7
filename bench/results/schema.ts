import { z } from 'zod';

/**
 * The results of one run: the only thing `bench` hands to `reports`.
 *
 * Base units everywhere: seconds, bytes, messages per second; nanoseconds inside histograms. `up` is client to server.
 * Histograms are HdrHistograms (V2, compressed, base64; three significant digits, values in nanoseconds).
 * Readers refuse an unknown major version; within one, fields are only added.
 */
export const SCHEMA = 'wirebench/1';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const histogram = z.string();

/** due = sent + unsent; expected = delivered + lost. The other counts are kept apart and never cancel one another. */
const messages = z.object({
  /** Messages the timetable asked for in the measured window. */
  due: count,
  /** Messages handed to a session. */
  sent: count,
  /** Messages that could not be sent: their session was gone, or the trial ended before their turn. */
  unsent: count,
  /** Of those sent, how many left at most five milliseconds after they were due. */
  onTime: count,
  /** Deliveries owed: `sent` in echo, `sent` × clients in broadcast. */
  expected: count,
  /** Owed deliveries that arrived, each counted once. */
  delivered: count,
  /** Owed deliveries that did not arrive before the drain deadline. */
  lost: count,
  /** Arrivals beyond the first of the same message at the same session. */
  duplicated: count,
  /** First arrivals that came after a later message of the same sender. */
  reordered: count,
  /** Arrivals whose header, length or filler was not what was sent; never counted as delivered. */
  corrupt: count,
  /** Sound arrivals that the session was not owed. */
  unexpected: count,
  /** Errors by their text. */
  errors: z.record(z.string(), count),
});

const latency = z.object({
  /** received − due. */
  response: histogram,
  /** received − actually sent; only where the receiving worker also sent the message. */
  service: histogram,
  /** actually sent − due. */
  lag: histogram,
  /** From dialling to a usable session, one sample a session. */
  connect: histogram,
  /** Broadcast only: last subscriber's arrival − due, one sample a message that reached every subscriber of the worker. */
  last: histogram.optional(),
});

const wire = z.object({
  /** Where the bytes were counted: at the server's sockets, or on the private link as a cable would carry them. */
  layer: z.enum(['socket', 'link']),
  /** Bytes in the measured window. */
  up: count,
  down: count,
  /** Link layer only. */
  packetsUp: count.optional(),
  packetsDown: count.optional(),
  /** Bytes spent until every session was usable. */
  setupUp: count,
  setupDown: count,
});

const usage = z.object({
  server: z.object({
    /** User and system time of the server process over the measured window. */
    cpuSeconds: amount,
    /** Resident set at the end of the window. */
    rssBytes: count,
    /** Resident set before the first session. */
    rssIdleBytes: count,
  }),
  generator: z.object({
    /** Sum over the workers, over the measured window (the pacer spins, so this is near one core a worker). */
    cpuSeconds: amount,
    /** Sum of the workers' resident memory at the end of the window. */
    rssBytes: count,
    /** 99th percentile of the event loop's delay, worst worker, in seconds. */
    loopDelayP99: amount,
    /** Share of the window the busiest worker spent working rather than waiting for the next due time (0 to 1). */
    busy: amount,
    workers: count,
  }),
});

const measured = z.object({
  block: count,
  /** Position in the run's order, from 0. */
  order: count,
  startedAt: z.string(),
  /** Length of the measured window: from the first due time to one interval after the last. */
  seconds: amount,
  messages,
  latency,
  wire,
  usage,
});

/** `valid` feeds medians and verdicts; `suspect` and `invalid` are shown with their reasons and never become a number. */
const trial = z.discriminatedUnion('state', [
  measured.extend({ state: z.literal('valid'), reasons: z.array(z.string()).max(0) }),
  measured.extend({ state: z.literal('suspect'), reasons: z.array(z.string()).min(1) }),
  measured.extend({ state: z.literal('invalid'), reasons: z.array(z.string()).min(1) }),
  z.object({
    state: z.literal('failed'),
    block: count,
    order: count,
    startedAt: z.string(),
    reasons: z.array(z.string()).min(1),
  }),
]);

const capabilities = z.object({
  /** Carries bytes as they are. */
  binary: z.boolean(),
  /** Messages of one sender arrive in the order they were sent. */
  ordered: z.boolean(),
  /** While the session lives, every message arrives exactly once. */
  reliable: z.boolean(),
  /** What carries a message from client to server. */
  upstream: z.enum(['connection', 'request']),
});

const benchCase = z.object({
  /** `transport[:variant]/scenario/c<clients>/r<rate>/s<size>/<encoding>`, the key the report uses. */
  id: z.string(),
  transport: z.string(),
  variant: z.string().nullable(),
  scenario: z.string(),
  clients: z.int().positive(),
  /** Messages a second, all clients together; in broadcast, published messages. */
  rate: z.number().positive(),
  /** Bytes of one application message. */
  size: z.int().positive(),
  encoding: z.enum(['text', 'binary']),
  tls: z.boolean(),
  network: z.string(),
  /** The settings the server and client really used: heartbeats, compression, limits. */
  effective: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  trials: z.array(trial),
});

const plan = z.object({
  seed: z.int(),
  /** `default`, `quick` or `custom`. */
  profile: z.string(),
  transports: z.array(z.string()),
  scenarios: z.array(z.string()),
  trials: z.int().positive(),
  durationSeconds: z.number().positive(),
  warmupSeconds: amount,
  /** Processes the load is spread over. */
  workers: z.int().positive(),
  /** Case ids in the order of their trials: one inner list a block. */
  order: z.array(z.array(z.string())),
  /** The command line that makes this run again. */
  command: z.string(),
});

const environment = z.object({
  wirebench: z.string(),
  node: z.string(),
  platform: z.string(),
  arch: z.string(),
  kernel: z.string(),
  cpu: z.string(),
  cores: z.int().positive(),
  memoryBytes: count,
  link: z.enum(['loopback', 'veth']),
  /** Whether server and generator were bound to cores of their own. */
  pinning: z.object({ server: z.string(), generator: z.string() }).nullable(),
  packages: z.record(z.string(), z.string()),
});

const transport = z.object({
  id: z.string(),
  variant: z.string().nullable(),
  title: z.string(),
  /** The floor: shown beside the others as the harness's own cost, never a choice. */
  floor: z.boolean(),
  capabilities,
});

export const resultsSchema = z.object({
  schema: z.literal(SCHEMA),
  id: z.string(),
  startedAt: z.string(),
  /** Null while the run is going on. */
  finishedAt: z.string().nullable(),
  state: z.enum(['running', 'complete', 'interrupted']),
  plan,
  environment,
  /** Title and capabilities of everything the run names, so that a report needs no registry. */
  transports: z.array(transport),
  cases: z.array(benchCase),
});

export type Results = z.infer<typeof resultsSchema>;
export type Case = z.infer<typeof benchCase>;
export type Trial = z.infer<typeof trial>;
export type MeasuredTrial = Exclude<Trial, { state: 'failed' }>;
export type Measurement = z.infer<typeof measured>;
export type Messages = z.infer<typeof messages>;
export type Wire = z.infer<typeof wire>;
export type Usage = z.infer<typeof usage>;
export type Plan = z.infer<typeof plan>;
export type Environment = z.infer<typeof environment>;
export type Capabilities = z.infer<typeof capabilities>;
export type TransportInfo = z.infer<typeof transport>;
