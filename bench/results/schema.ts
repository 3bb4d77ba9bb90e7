import { z } from 'zod';
import { ALGORITHMS, ENCODINGS, PAYLOADS } from './dimensions.ts';
import { KINDS, LAYERS, REACHES } from './values.ts';

/**
 * The results of one run: the only thing `bench` hands to `reports`.
 *
 * Base units everywhere: seconds, bytes, messages per second; nanoseconds inside histograms. `up` is client to server.
 * Histograms are HdrHistograms (V2, compressed, base64; three significant digits, values in nanoseconds).
 * Readers refuse an unknown major version. Within one, fields are only added; a case with a kind, a value or a dimension that a
 * reader does not know is set aside by name (`newer.ts`), and results of an earlier version are brought to the present shape
 * (`upgrade.ts`).
 */
export const SCHEMA = 'wirebench/1';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const histogram = z.string();
const openDimensions = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** Counts of messages: due = sent + unsent; expected = delivered + lost. The other counts are independent of these. */
const messages = z.object({
  /** Messages that the schedule has in the measured window. */
  due: count,
  /** Messages handed to a session. */
  sent: count,
  /** Messages that could not be sent: their session was gone, or the trial ended before their turn. */
  unsent: count,
  /** Messages that left at most five milliseconds after they were due. */
  onTime: count,
  /** Expected deliveries: `sent` in echo, `sent` × clients in broadcast, `sent` × (clients − 1) if it reaches the others only. */
  expected: count,
  /** Expected deliveries that arrived, each counted once. */
  delivered: count,
  /** Expected deliveries that did not arrive before the drain deadline. */
  lost: count,
  /**
   * Part of `lost`: messages that were still queued when the drain ended, because they are behind the last that arrived at a session
   * that still delivered. Absent if not checked: the transport may reorder or lose messages.
   */
  overdue: count.optional(),
  /** Arrivals beyond the first of the same message at the same session. */
  duplicated: count,
  /** Duplicates sent again to a resumed session; not counted in `duplicated`. Absent if no session resumes. */
  replayed: count.optional(),
  /** First arrivals that came after a later message of the same sender. */
  reordered: count,
  /** Arrivals whose header, length or filler was not what was sent; never counted as delivered. */
  corrupt: count,
  /** First of them: what it was, its length in bytes and its beginning, escaped. Absent if there is none, or it was not kept. */
  example: z.object({ kind: z.string(), length: count, head: z.string() }).optional(),
  /** Intact arrivals that the session did not expect. */
  unexpected: count,
  /** Intact messages of another run at the same server, which are counted nowhere else. Absent for our own servers. */
  foreign: count.optional(),
  /** Messages of the warm-up that were still queued when it ended, and arrived in the measured window. Absent if there are none. */
  backlog: count.optional(),
  /** Errors by their text. */
  errors: z.record(z.string(), count),
});

/** Percentiles of a histogram in seconds; null if fewer than ten samples lie beyond. */
const summary = z.object({
  count,
  p50: amount.nullable(),
  p90: amount.nullable(),
  p99: amount.nullable(),
  'p99.9': amount.nullable(),
  max: amount.nullable(),
});

const latencySummary = z.object({
  response: summary,
  service: summary,
  lag: summary,
  connect: summary,
  last: summary.optional(),
  overdue: summary.optional(),
  sameNode: summary.optional(),
  otherNode: summary.optional(),
});

const latency = z.object({
  /** received − due. */
  response: histogram,
  /** received − actually sent; only where the receiving worker also sent the message. */
  service: histogram,
  /** actually sent − due. */
  lag: histogram,
  /** Time from the start of connecting to a usable session, one sample per session. */
  connect: histogram,
  /** Broadcast only: last subscriber's arrival − due, one sample a message that reached every subscriber of the worker. */
  last: histogram.optional(),
  /** Lower bounds of the response of overdue messages: the end of the drain − due. Absent if there are none. */
  overdue: histogram.optional(),
  /** Several nodes: response of messages between sessions of one node, and of those that went from one node to another. */
  sameNode: histogram.optional(),
  otherNode: histogram.optional(),
  /** Percentiles of each histogram. Absent in older results. */
  summary: latencySummary.optional(),
});

/** A part of the measured window; all parts of a trial are equally long. */
const slice = z.object({
  /** Start, from the first due time on. */
  seconds: amount,
  /** Deliveries of the messages due in it, however late they came. */
  delivered: count,
  /** Deliveries that arrived during it, whenever they were due. Arrivals after the measured window are in no slice. */
  arrived: count,
  /** Overdue deliveries of the messages due in it. Absent if there are none; otherwise the percentiles are lower bounds. */
  overdue: count.optional(),
  /** Response latency of the messages due in it, in seconds; null with too few samples. */
  p50: amount.nullable(),
  p99: amount.nullable(),
  max: amount.nullable(),
});

const wire = z.object({
  /** Place where the bytes were counted: the server's sockets, or the private link as a cable would carry them. */
  layer: z.enum(LAYERS),
  /**
   * The messages travelled in datagrams, which the server's sockets do not count. With layer `socket` the bytes here are then
   * those of the connection that the datagrams were agreed on, and no figure of the transport.
   */
  datagrams: z.literal(true).optional(),
  /** Bytes in the measured window. */
  up: count,
  down: count,
  /** Link layer only. */
  packetsUp: count.optional(),
  packetsDown: count.optional(),
  /**
   * Bytes in the measured window that reached the server and the clients. Only over a network, where `up` and `down` are what each
   * side sent, retransmissions included; the difference is what the network dropped, or what was still under way.
   */
  arrivedUp: count.optional(),
  arrivedDown: count.optional(),
  /** Bytes spent until every session was usable. */
  setupUp: count,
  setupDown: count,
  /** Bytes at the server's sockets, above TCP; only at the link layer, and not for datagrams. */
  socket: z.object({ up: count, down: count, setupUp: count, setupDown: count }).optional(),
});

/** Scenario `wire`: bytes of the exchanges by formula, for comparison with those measured. */
const theory = z.object({
  /** Messages sent one at a time, each after the echo of the one before. */
  exchanges: count,
  /** Bytes at the sockets. */
  up: count,
  down: count,
  /** Segments that the data alone fill, at the link's segment size; further packets are acknowledgements or split writes. */
  segmentsUp: count,
  segmentsDown: count,
  /** Bytes of a packet's headers on the link: Ethernet, IP and TCP or UDP. */
  packetBytes: count,
  /** Bytes at the sockets of an acknowledgement that travels alone; only of datagrams, since TCP's are headers alone. */
  acknowledgementBytes: count.optional(),
  /** Clauses of specifications that the formula is based on. */
  source: z.string(),
});

/** Scenario `capacity`: one search. */
const capacity = z.object({
  /** Largest value in seconds of a response percentile (50, 90, 99 or 99.9). */
  objective: z.object({ percentile: z.number(), seconds: z.number().positive() }),
  /** Highest confirmed rate that met the objective without loss, in messages per second; 0 if there is none. */
  rate: amount,
  /** `lower`: the load generator reached its limit, or nearly, before the server did; the server may sustain more. */
  bound: z.enum(['measured', 'lower']),
  /** Reason why it is a lower bound, or why no rate was found. */
  reason: z.string().optional(),
  /** Messages per second that the load workers could handle in a closed loop without waiting. */
  ceilingRate: amount,
  /** Steps in the order of the search. */
  steps: z.array(
    z.object({
      rate: z.number().positive(),
      seconds: amount,
      /** Objective met; missed by the server; or not offered as planned because the generator could not. */
      outcome: z.enum(['met', 'missed', 'generator']),
      /** True for the longer trial that confirms a found rate. */
      confirming: z.boolean(),
      /** Deliveries per second; response percentiles in seconds, null with too few samples. */
      achieved: amount,
      p50: amount.nullable(),
      p99: amount.nullable(),
      lost: count,
      /** Share of the window that the busiest load worker worked, 0 to 1. */
      busy: amount,
      reason: z.string().optional(),
    }),
  ),
});

/** Scenario `idle`: memory by number of open sessions, after garbage collection. Least squares over the steps. */
const memory = z.object({
  server: z.object({ bytesPerSession: z.number(), r2: z.number() }),
  generator: z.object({ bytesPerSession: z.number(), r2: z.number() }),
  steps: z.array(z.object({ sessions: count, serverRssBytes: count, generatorRssBytes: count })),
});

/** Exchange of a handshake that a session waits for, by the protocols' specifications. */
const handshakeStep = z.object({
  /** Name of the step: `TCP`, `TLS`, `upgrade`, `subscribe`. */
  step: z.string(),
  /** Round trips that a client must wait for before its next step. */
  roundTrips: amount,
  /** Clause that says so. */
  source: z.string(),
});

/** Time to a usable session over a network, in round trips. */
const roundTrips = z.object({
  /** Round trip of the network, in seconds. */
  rttSeconds: z.number().positive(),
  /** Median time of single sessions to a usable session, in round trips. */
  measured: amount,
  /** Parts of `measured` that the client can tell, in their order; they add up to it. Medians, in round trips. */
  parts: z.array(z.object({ step: z.string(), roundTrips: amount })),
  /** Steps by the protocols' handshakes, in their order. */
  theory: z.array(handshakeStep),
});

/** Scenario `connect`: the second pass, which opens the same number of sessions several at a time. */
const opening = z.object({
  sessions: count,
  seconds: amount,
  inFlight: count,
  /** Absent without a network that has a round trip, and for a transport whose module gives no handshake. */
  roundTrips: roundTrips.optional(),
});

/** Packets of one direction through the relay, over the measured window. */
const relayed = z.object({
  offered: count,
  offeredBytes: count,
  /** Dropped at random, and because the line's queue was full. */
  lost: count,
  overflowed: count,
  /** Dropped by a fault: the path was cut, or the client had another address by then. Absent if there are none. */
  cut: count.optional(),
  passed: count,
  passedBytes: count,
});

/** Work of the relay, which makes the network, in a trial. Absent on a link without one. */
const relay = z.object({
  up: relayed,
  down: relayed,
  /** Lateness of packets beyond the time at which they should have left; null if none left. */
  lagP99Seconds: amount.nullable(),
  lagMaxSeconds: amount.nullable(),
  /** Packets that the system dropped before the relay could read them. */
  receiveErrors: count,
  cpuSeconds: amount,
});

/** Times of several sessions in seconds; each null if no session has one. */
const times = z.object({
  /** Number of sessions that have one. */
  count,
  p50: amount.nullable(),
  p95: amount.nullable(),
  max: amount.nullable(),
});

/** A part of a recovery's observation; all parts are equally long. Counts are of all sessions. */
const recoverySlice = z.object({
  /** Start, from the publisher's first due time on. */
  seconds: amount,
  /** Sessions that are usable at its end. */
  usable: count,
  /** Sessions that learned of an end in it, and attempts that began in it. */
  lost: count,
  attempts: count,
  /** Deliveries in it; of them those that came late, because they were missed before. */
  delivered: count,
  replayed: count,
});

/** Scenario `recovery`: one fault, and how the sessions came back. Times in seconds; moments from the publisher's first due time on. */
const recovery = z.object({
  /** Moment of the fault, moment at which the path is back, and end of the observation. */
  faultSeconds: amount,
  backSeconds: amount,
  endSeconds: amount,
  /** Time between two published messages. */
  intervalSeconds: z.number().positive(),
  /** Silence after which a session counts as lost; null where the library decides alone. */
  silenceSeconds: amount.nullable(),
  sessions: z.object({
    /** all = survived + cameBack + gone. */
    all: count,
    /** Delivered within 30 s after the path was back without a new connection. */
    survived: count,
    /** Usable again within 30 s after the path was back, by a new connection. */
    cameBack: count,
    gone: count,
    /** Sessions that learned of an end: `lost` or `interrupted`, or by silence. */
    noticed: count,
  }),
  /** Fault → noticed, of those that noticed. */
  detection: times,
  /** Path is back → usable, of those that came back. */
  reconnection: times,
  /** Usable → nothing missing any more, of those that came back and missed nothing for good. */
  catchUp: times,
  /** Longest time for which a session's newest message was older than its successor's due time, of those that are not gone. */
  staleness: times,
  /** Noticed → first attempt; encoded histogram in nanoseconds. */
  firstWaits: histogram,
  attempts: z.object({
    all: count,
    failed: count,
    /** Most attempts that began in one second. */
    peakPerSecond: count,
  }),
  /** Messages published before the end of the observation: expected = delivered + lost, over all sessions that are not gone. */
  messages: z.object({
    published: count,
    expected: count,
    delivered: count,
    lost: count,
    duplicated: count,
    reordered: count,
    corrupt: count,
    /** Largest loss and number of duplicates of one session. */
    lostMax: count,
    duplicatedMax: count,
  }),
  /** Server from the moment at which the path is back to the last session that came back. */
  herd: z.object({
    cpuSeconds: amount,
    seconds: amount,
    /** Connections that the server's system refused because the queue of the listening socket was full; null if it does not tell. */
    listenDrops: count.nullable(),
  }),
  /** Reasons of the ends that sessions noticed, with their numbers. */
  reasons: z.record(z.string(), count),
  /** Sentence about what cannot be resumed at this fault: `the session went with the process`. Absent if everything can. */
  limit: z.string().optional(),
  timeline: z.array(recoverySlice),
});

/** Scenario `slow`: some subscribers of a broadcast do not read, or read slowly. */
const slow = z.object({
  /** Number of subscribers that stop or are slow. */
  readers: count,
  /** Responses of the others without and with slow readers, in one trial, and their p99's ratio (with ÷ without; null with too few samples). */
  without: summary,
  with: summary,
  p99Ratio: amount.nullable(),
  /** Resident bytes of the server before, at most meanwhile, and 30 s after the readers were slow, each after a garbage collection if at rest. */
  serverRss: z.object({ before: count, max: count, after: count }),
  /** Time after the readers' end or recovery at which the server's memory was read last. */
  afterSeconds: amount,
  /** Fates of the slow readers. */
  fates: z.array(
    z.object({
      /** The server ended its session; it received everything after all; it missed messages and goes on; it still lacks some. */
      fate: z.enum(['cut', 'caught up', 'missed messages', 'behind']),
      sessions: count,
      /** Time from the beginning of slowness to the end of the session, median; null if it was not cut. */
      seconds: amount.nullable(),
      /** Messages missed by these sessions together. */
      missed: count,
      /** Code or reason of the cut. */
      reason: z.string().optional(),
    }),
  ),
});

/** Use of a phone's radio by a session that is idle: it stays awake for a time after each packet. */
const radio = z.object({
  /** Time for which the radio stays awake after a packet. */
  tailSeconds: z.number().positive(),
  /** Length of the observation. */
  seconds: amount,
  /** Awake seconds an hour, bytes an hour and packets an hour of a session, means over the sessions. */
  awakeSecondsPerHour: amount,
  bytesPerHour: amount,
  packetsPerHour: amount,
});

/** A trial whose messages came faster than they were delivered, so that some are overdue. */
const overload = z.object({
  /** Messages a second that were delivered, from the first due time to the end of the drain; in broadcast, to every receiver. */
  sustainedRate: amount,
  /** Lower bounds of the response's percentiles over delivered and overdue messages. */
  atLeast: summary,
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
    /** Sum of the workers' resident memory at the start of the window. */
    rssStartBytes: count.optional(),
    /** 99th percentile of the event loop's delay, worst worker, in seconds. */
    loopDelayP99: amount,
    /** Share of the window the busiest worker spent working rather than waiting for the next due time (0 to 1). */
    busy: amount,
    workers: count,
  }),
  /** Several nodes: the Redis that they share. `server` is then the sum of the nodes. */
  backplane: z.object({ cpuSeconds: amount, rssBytes: count }).optional(),
});

/** A process of a trial, over the measured window. */
const processUsage = z.object({
  /** `server`, `generator`, or the name of a part that a later version has. */
  role: z.string(),
  /** Name of one of the environment's hosts. */
  host: z.string(),
  /** Name and version of what runs it: `node 24.21.0`. */
  runtime: z.string(),
  /** Cores that it is pinned to; absent if the system chooses. */
  cores: z.string().optional(),
  /** User and system time. */
  cpuSeconds: amount,
  /** Resident set at the end of the window. */
  rssBytes: count,
  /** Longest time that one of its threads was ready to run and waited for a core. Absent if the kernel does not tell. */
  waitSeconds: amount.optional(),
});

/** A core, or several between which the system chose, that processes of the trial used; over the measured window. */
const coreUsage = z.object({
  /** In the notation of `taskset`: `0`, `0-3`. */
  cores: z.string(),
  /** Roles of the trial's processes that could run on no others. */
  roles: z.array(z.string()),
  /** Length of the window. */
  seconds: amount,
  /** CPU time of all processes of the run; of one that may use other cores too, all of its time. */
  ownSeconds: amount,
  /** CPU time of other programs, at least; of all these cores together. */
  othersSeconds: amount,
  /** Time of interrupts, those of the trial's own traffic included. Kernels differ in whether programs' times contain it. */
  interruptSeconds: amount,
  /** Time that the hypervisor gave to other virtual machines. */
  stolenSeconds: amount,
  /**
   * Longest time that a thread of the trial was ready to run and other programs had the core. Absent if the kernel does not tell.
   */
  waitSeconds: amount.optional(),
  /**
   * Part of `ownSeconds` that the trial's own processes did not use: trials that ran at the same time, relays and the command. Absent
   * if the trial ran alone.
   */
  besideSeconds: amount.optional(),
  /** Longest time that a thread of the trial was ready to run and those had the core, at most. Absent as `besideSeconds` or `waitSeconds` is. */
  besideWaitSeconds: amount.optional(),
  /** Programs that took most of it, with the ids of their processes. Absent if none was seen. */
  programs: z.array(z.object({ name: z.string(), processes: z.array(count), seconds: amount })).optional(),
});

/** A rule that a trial broke: its id (`rules.ts`; a later version may have more), and the reason without the rule's name. */
const broken = z.object({ rule: z.string(), text: z.string() });

/** A figure that the trial did not measure: it is shown as a dash and enters no statistics, whatever value the field has. */
const notMeasured = z.object({
  /** Path of the figure in the trial, or of a part with several: `usage.server.cpuSeconds`, `wire`. */
  path: z.string(),
  reason: z.string(),
});

const anyTrial = z.object({
  block: count,
  /** Position in the run's order, from 0. */
  order: count,
  startedAt: z.string(),
  /** Broken rules in the order of `reasons`. Absent if no rule was broken, and in older results. */
  broken: z.array(broken).optional(),
  /** `order` of the earlier trial that this one repeats and replaces: only this one is counted and judged. */
  replaces: count.optional(),
  /** `order` of each trial that ran at the same time. */
  beside: z.array(count).optional(),
});

const measured = anyTrial.extend({
  /** Length of the measured window: from the first due time to one interval after the last. */
  seconds: amount,
  messages,
  latency,
  /** Response latency over the measured window: scenarios whose messages have due times. */
  timeline: z.array(slice).min(1).optional(),
  wire,
  /** Sums over the processes of each side. */
  usage,
  /** Number of times that the CPU quota was used up during the trial, and the time of the stops. Absent without a quota. */
  throttled: z.object({ times: count, seconds: amount }).optional(),
  /** Resolution of the clients' clock: its smallest step. Absent: nanoseconds, as in Node. */
  clockTickSeconds: amount.optional(),
  /** Processes of ours. Absent in older results. */
  processes: z.array(processUsage).optional(),
  /** Cores that the trial's processes used. Absent in older results, and if the system does not tell. */
  cores: z.array(coreUsage).optional(),
  notMeasured: z.array(notMeasured).optional(),
  theory: theory.optional(),
  capacity: capacity.optional(),
  memory: memory.optional(),
  opening: opening.optional(),
  overload: overload.optional(),
  relay: relay.optional(),
  recovery: recovery.optional(),
  slow: slow.optional(),
  radio: radio.optional(),
});

/** `valid` feeds medians and verdicts; `suspect` and `invalid` are shown with their reasons and never become a number. */
const trial = z.discriminatedUnion('state', [
  measured.extend({ state: z.literal('valid'), reasons: z.array(z.string()).max(0) }),
  measured.extend({ state: z.literal('suspect'), reasons: z.array(z.string()).min(1) }),
  measured.extend({ state: z.literal('invalid'), reasons: z.array(z.string()).min(1) }),
  anyTrial.extend({ state: z.literal('failed'), reasons: z.array(z.string()).min(1) }),
]);

const capabilities = z.object({
  /** Carries binary messages. */
  binary: z.boolean(),
  /** Messages of one sender arrive in the order they were sent. */
  ordered: z.boolean(),
  /** While the session lives, every message arrives exactly once. */
  reliable: z.boolean(),
  /** Way of a message from client to server: on the connection, or as a request of its own. */
  upstream: z.enum(['connection', 'request']),
  mostBytes: z.number().optional(),
  /** Messages that wait travel together, in one answer or frame. Absent: not declared. */
  batches: z.boolean().optional(),
  /** Can refuse sessions without a valid token. Absent in older results. */
  auth: z.boolean().optional(),
  /** The client's library reconnects by itself. Absent: not declared. */
  reconnects: z.boolean().optional(),
  /** Means by which a new connection catches up. Absent: not declared. */
  resume: z.enum(['native', 'log', 'none']).optional(),
  /** A session can be resumed only at the server process that it began with. Absent: not declared. */
  resumeEndsWithServer: z.boolean().optional(),
});

/** Form of a foreign server's answers, found by dialling it before the run. It is taken off before an answer is checked. */
const answers = z.object({
  /** Constant text before and after the message. */
  prefix: z.string(),
  suffix: z.string(),
  /** Coding of prefix and suffix if their bytes are no text. */
  coding: z.literal('base64').optional(),
  /** The message is the content of a JSON string. */
  escaped: z.literal(true).optional(),
  /** Kind of frame that answers come in, if messages are sent in the other. */
  frames: z.enum(ENCODINGS).optional(),
  /** Number of messages that a session receives before its first answer. Absent: none. */
  greetings: count.optional(),
  /** Messages that come besides answers, word for word. They are not counted. */
  unasked: z.array(z.string()).optional(),
});

const benchCase = z.object({
  /**
   * `transport[:variant][#label]/scenario/c<clients>[/r<rate>][/s<size>]/<encoding>[/<payload>][/tls][/<auth>]`, and `/<name>=<value>`
   * for every other dimension whose value is not the default; the key the report uses.
   */
  id: z.string(),
  transport: z.string(),
  variant: z.string().nullable(),
  /** In an A/A run, `a` or `b`: the same transport twice, so that any difference is noise. */
  label: z.string().optional(),
  scenario: z.string(),
  /** Kind of scenario: messages on a schedule, a closed loop, a search, or none. Absent: `load`. */
  kind: z.enum(KINDS).optional(),
  /** Receivers of each message. Absent in older results: `everyone` in a broadcast, `sender` otherwise. */
  reaches: z.enum(REACHES).optional(),
  clients: z.int().positive(),
  /** Messages per second of all clients together; in broadcast, published messages. 0 without a schedule. */
  rate: amount,
  /** Bytes of one application message; 0 if none are sent. */
  size: z.int().nonnegative(),
  encoding: z.enum(ENCODINGS),
  /** Content of messages after their header. Absent: `filler`, six bits of entropy a byte. */
  payload: z.enum(PAYLOADS).optional(),
  tls: z.boolean(),
  /** Address of a server that is not ours, without secrets. Its socket bytes are those at the load's sockets. */
  target: z.string().optional(),
  /** Command that started the server at `target` for every trial, without the values of variables. Absent: it ran already, so its resource usage is not known. */
  exec: z.string().optional(),
  /** Form of the answers of the server at `target`. Absent: they are the messages themselves. */
  answers: answers.optional(),
  /** Algorithm that signs the token of every session. Absent: no session brings one. */
  auth: z.enum(ALGORITHMS).optional(),
  network: z.string(),
  /** Values by name of the dimensions without their own property. Absent: each has its default. */
  dimensions: openDimensions.optional(),
  /** Settings in force of server and client: heartbeats, compression, limits. */
  effective: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  trials: z.array(trial),
});

const plan = z.object({
  seed: z.int(),
  /** `default`, `quick` or `custom`. */
  profile: z.string(),
  transports: z.array(z.string()),
  scenarios: z.array(z.string()),
  /** Transports that were asked for and not measured, and why. */
  leftOut: z
    .array(
      z.object({
        name: z.string(),
        encoding: z.enum(ENCODINGS).optional(),
        size: z.number().optional(),
        dimensions: openDimensions.optional(),
        /** Absent in older results, whose reason begins with “unavailable here” if it is that. */
        kind: z.enum(['unavailable', 'not supported']).optional(),
        reason: z.string(),
      }),
    )
    .optional(),
  trials: z.int().positive(),
  durationSeconds: z.number().positive(),
  warmupSeconds: amount,
  /** Processes the load is spread over. */
  workers: z.int().positive(),
  /** Id of the run in its messages and topics at a server that is not ours. Absent for our own servers. */
  runId: z.string().optional(),
  /** Objective of the cases that time messages, as it was given: `p99<50ms`. In older results only that of searches. */
  objective: z.string().optional(),
  /** Differences that nobody could notice, as given by `--band`: by metric, in seconds, bytes or counts. */
  band: z.record(z.string(), amount).optional(),
  /** Present where every transport was measured under two labels. */
  aa: z.boolean().optional(),
  /** Range from which the outages of faults were drawn. Absent without faults. */
  outage: z.object({ minSeconds: amount, maxSeconds: amount }).optional(),
  /** Case ids in the order of their trials: one inner list a block. */
  order: z.array(z.array(z.string())),
  /** Command line that repeats this run. */
  command: z.string(),
});

/** A machine that took part. */
const host = z.object({
  /** Name by which a trial's processes refer to it: `local` for the machine that ran the command. */
  name: z.string(),
  platform: z.string(),
  arch: z.string(),
  kernel: z.string(),
  cpu: z.string(),
  cores: z.int().positive(),
  memoryBytes: count,
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
  /** Every machine that took part. Absent in older results, where what follows describes the only one. */
  hosts: z.array(host).optional(),
  /**
   * `veth`: two private network namespaces joined by a virtual cable; `loopback`: the host's own. Bytes counted on any other link
   * are not shown.
   */
  link: z.string(),
  /** Reason why there is no private link. */
  linkReason: z.string().optional(),
  /** Findings of `doctor` before the run. */
  checks: z
    .array(
      z.object({
        name: z.string(),
        state: z.enum(['ok', 'note', 'unfit']),
        /** The system does not tell. Absent in older results, where `observed` begins with “not known”. */
        known: z.literal(false).optional(),
        observed: z.string(),
        fix: z.string(),
      }),
    )
    .optional(),
  /** Cores that server and generator were bound to; null where the system chose. */
  pinning: z
    .object({
      server: z.string(),
      generator: z.string(),
      /** Both are on hardware threads of one core. */
      siblings: z.literal(true).optional(),
    })
    .nullable(),
  /** Cores among `cores`; the others are further hardware threads of them. Absent if the system does not tell, and in older results. */
  physicalCores: z.int().positive().optional(),
  /** CPU time a second that control groups allow to all processes of the run together. Absent: no limit. */
  cpuQuota: z.number().positive().optional(),
  /** Memory that control groups allow to all processes of the run together. Absent: no limit. */
  memoryLimitBytes: count.optional(),
  /** Environment variables of the command, by name; never their values. Absent in older results, whose processes inherited all. */
  variables: z
    .object({
      /** Variables that the measured processes of ours got, those of `kept` included. */
      passed: z.array(z.string()),
      /** Variables passed on because `--keep-env` asked for it; of those that change a runtime, the beginning of the value's SHA-256. */
      kept: z.array(z.object({ name: z.string(), sha256: z.string().optional() })),
      /** Variables that the measured processes of ours did not get. */
      dropped: z.array(z.string()),
      /** Variables that the server got which `--exec` started. Absent without one. */
      server: z.array(z.string()).optional(),
    })
    .optional(),
  packages: z.record(z.string(), z.string()),
  /** Present where a person made the run by hand, in the lab’s page. */
  lab: z
    .object({
      /** The browser’s own name, as it sends it to servers. */
      browser: z.string(),
      /** Smallest difference of two times that the page’s clock showed. */
      clockResolutionSeconds: amount,
      /** Maker of networks and cuts: a proxy of TCP’s bytes and of datagrams, or the relay, which has every packet. */
      path: z.enum(['proxy', 'namespaces']),
      /** Cuts of the path while messages were sent, from the beginning of the run on. */
      cuts: z.array(z.object({ kind: z.enum(['silent', 'reset']), fromSeconds: amount, seconds: amount })),
    })
    .optional(),
});

const transport = z.object({
  id: z.string(),
  variant: z.string().nullable(),
  title: z.string(),
  /** Base of the transport: `socket`, `stream`, `polling`, `broker`, `rpc`, `peer`; charts give each a colour. */
  family: z.string().optional(),
  /** True for the floor, which shows the cost of the harness itself and is never a choice. */
  floor: z.boolean(),
  capabilities,
});

/** Packets of the self-test in one direction. */
const foundDirection = z.object({
  sent: count,
  lost: count,
  outOfOrder: count,
  /** Rate that the line carries; null where it has no limit. */
  bitsPerSecond: amount.nullable(),
});

/** A network that cases of the run are measured over. */
const network = z.object({
  /** Value of a case’s `network`. */
  id: z.string(),
  title: z.string(),
  /**
   * Effect on packets: `rttSeconds`, `jitterSeconds`, `lossShare`, `burstPackets`, `downBitsPerSecond`, `upBitsPerSecond`,
   * `queueSeconds`, `reorderShare`, `shared`, `congestionControl`. What has no effect is left out.
   */
  effective: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** Origin of a named network’s numbers. */
  source: z.string().optional(),
  /** Canonical parts of the network: `rtt=60ms+jitter=7.5ms`. */
  parts: z.string().optional(),
  /** Findings of the self-test before the run. Absent if none was made. */
  found: z
    .object({
      rttP50Seconds: amount.nullable(),
      rttP99Seconds: amount.nullable(),
      up: foundDirection,
      down: foundDirection,
    })
    .optional(),
  /** Differences between asked and found; its cases were then not measured. Absent where there are none. */
  offTarget: z.array(z.string()).optional(),
});

/** A case that a reader could not judge. */
const setAside = z.object({ id: z.string(), reason: z.string() });

/** Cost of one step of a message's way in a tight loop: protocol work alone, no sockets. */
const micro = z.object({
  transport: z.string(),
  step: z.enum(['client encode', 'server decode', 'server encode', 'client decode']),
  what: z.string(),
  library: z.string(),
  size: z.int().positive(),
  secondsMedian: amount,
  secondsLow: amount,
  secondsHigh: amount,
  samples: count,
});

export const resultsSchema = z.object({
  schema: z.literal(SCHEMA),
  id: z.string(),
  startedAt: z.string(),
  /** Null while the run is going on. */
  finishedAt: z.string().nullable(),
  state: z.enum(['running', 'complete', 'interrupted']),
  /** Reason why the run ended by itself before its plan; its state is then `interrupted`. */
  stopped: broken.optional(),
  plan,
  environment,
  /** Title and capabilities of everything the run names, so that a report needs nothing but the results. */
  transports: z.array(transport),
  /** Title and settings of every network that the run names. Absent where it names none. */
  networks: z.array(network).optional(),
  cases: z.array(benchCase),
  /** Cases that a newer version wrote. A reader makes this list, no run does; a page carries it along. */
  setAside: z.array(setAside).optional(),
  micro: z.array(micro).optional(),
});

export type Results = z.infer<typeof resultsSchema>;
export type Case = z.infer<typeof benchCase>;
export type Trial = z.infer<typeof trial>;
export type MeasuredTrial = Exclude<Trial, { state: 'failed' }>;
export type Measurement = z.infer<typeof measured>;
export type Summary = z.infer<typeof summary>;
export type LatencySummary = z.infer<typeof latencySummary>;
export type ProcessUsage = z.infer<typeof processUsage>;
export type CoreUsage = z.infer<typeof coreUsage>;
export type Broken = z.infer<typeof broken>;
export type NotMeasured = z.infer<typeof notMeasured>;
export type SetAside = z.infer<typeof setAside>;
export type Slice = z.infer<typeof slice>;
export type Messages = z.infer<typeof messages>;
export type Theory = z.infer<typeof theory>;
export type Capacity = z.infer<typeof capacity>;
export type Memory = z.infer<typeof memory>;
export type Overload = z.infer<typeof overload>;
export type Opening = z.infer<typeof opening>;
export type Recovery = z.infer<typeof recovery>;
export type RecoverySlice = z.infer<typeof recoverySlice>;
export type Times = z.infer<typeof times>;
export type Slow = z.infer<typeof slow>;
export type Radio = z.infer<typeof radio>;
export type RoundTrips = z.infer<typeof roundTrips>;
export type HandshakeStep = z.infer<typeof handshakeStep>;
export type Relayed = z.infer<typeof relay>;
export type NetworkInfo = z.infer<typeof network>;
export type MicroRow = z.infer<typeof micro>;
export type Wire = z.infer<typeof wire>;
export type Usage = z.infer<typeof usage>;
export type Plan = z.infer<typeof plan>;
export type Environment = z.infer<typeof environment>;
export type Capabilities = z.infer<typeof capabilities>;
export type TransportInfo = z.infer<typeof transport>;
