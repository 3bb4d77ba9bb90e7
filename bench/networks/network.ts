import { nearest, suggestion } from '../plan/readers.ts';
import { NO_NETWORK } from '../results/dimensions.ts';
import { secondsOf, TIME_UNIT, timeText } from '../results/time.ts';
import type { Effect } from './direction.ts';
import { NAMED, type NetworkName } from './named.ts';
import type { PathEffects } from './protocol.ts';

/** One client's path to the server. Jitter, loss, rate and queue are those of each direction. */
export interface Network {
  /** Canonical text: a name, or a name with the parts that differ from it, or parts. */
  readonly id: string;
  readonly rttSeconds: number;
  /** Largest difference of a packet's delay from half the round trip, uniformly distributed. */
  readonly jitterSeconds: number;
  /** Probability that a packet is lost, from 0 to 1. */
  readonly lossShare: number;
  /** Mean number of packets lost in a row; null if each loss is independent of the last. */
  readonly burstPackets: number | null;
  /** Bits a second; null without a limit. */
  readonly downBitsPerSecond: number | null;
  readonly upBitsPerSecond: number | null;
  /** Time that a full queue takes to drain at the line's rate. A queue holds at least `MIN_QUEUE_PACKETS` full packets. */
  readonly queueSeconds: number;
  /** Probability that a packet overtakes those before it, from 0 to 1. */
  readonly reorderShare: number;
  /** True if all clients share one line; otherwise each has a line of its own. */
  readonly shared: boolean;
  /** Origin of a named network's numbers; null for one of the user's own. */
  readonly source: string | null;
}

/** Queue where a rate is given and no queue: a common size of an access line's buffer. */
const USUAL_QUEUE_SECONDS = 0.2;
const MAX_SECONDS = 60;
const MAX_BITS = 100e9;

type Numbers = Omit<Network, 'id' | 'source'>;

const UNCHANGED: Numbers = {
  rttSeconds: 0,
  jitterSeconds: 0,
  lossShare: 0,
  burstPackets: null,
  downBitsPerSecond: null,
  upBitsPerSecond: null,
  queueSeconds: USUAL_QUEUE_SECONDS,
  reorderShare: 0,
  shared: false,
};

/** A part of a network's text, such as `rtt=80ms`. */
interface Part {
  readonly property: keyof Numbers;
  /** Form of a value, for an error. */
  readonly form: string;
  /** Returns undefined for a value that is not of the form. */
  read(text: string): Numbers[keyof Numbers] | undefined;
  write(value: Numbers[keyof Numbers]): string;
}

const BITS: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 };
const NUMBER = String.raw`\d+(?:\.\d+)?`;

function matched(text: string, pattern: string): readonly string[] | undefined {
  return new RegExp(`^(?:${pattern})$`, 'i').exec(text)?.slice(1);
}

const time = (property: 'rttSeconds' | 'jitterSeconds' | 'queueSeconds'): Part => ({
  property,
  form: `a time up to ${MAX_SECONDS} s, such as 80ms`,
  read(text) {
    const [amount, unit] = matched(text, `(${NUMBER})(${TIME_UNIT})`) ?? [];
    const seconds = amount === undefined || unit === undefined ? Number.NaN : secondsOf(amount, unit.toLowerCase());
    return seconds <= MAX_SECONDS ? seconds : undefined;
  },
  write: (value) => timeText(Number(value)),
});

const share = (property: 'lossShare' | 'reorderShare'): Part => ({
  property,
  form: 'a percentage below 100, such as 0.5%',
  read(text) {
    const [amount] = matched(text, `(${NUMBER})%`) ?? [];
    return amount !== undefined && Number(amount) < 100 ? Number(amount) / 100 : undefined;
  },
  write: (value) => `${Number((Number(value) * 100).toPrecision(12))}%`,
});

const rate = (property: 'downBitsPerSecond' | 'upBitsPerSecond'): Part => ({
  property,
  form: 'a rate above 0, such as 1.6mbit, 750kbit or 1gbit',
  read(text) {
    const [amount, unit = ''] = matched(text, `(${NUMBER})(${Object.keys(BITS).join('|')})`) ?? [];
    const bits = Number((Number(amount) * (BITS[unit.toLowerCase()] ?? Number.NaN)).toPrecision(12));
    return bits > 0 && bits <= MAX_BITS ? bits : undefined;
  },
  write(value) {
    const bits = Number(value);
    const [unit, size] = Object.entries(BITS).findLast(([, factor]) => bits >= factor) ?? ['bit', 1];
    return `${Number((bits / size).toPrecision(12))}${unit}`;
  },
});

/** All parts, in the order in which a network's text has them. */
const PARTS: Readonly<Record<string, Part>> = {
  rtt: time('rttSeconds'),
  jitter: time('jitterSeconds'),
  loss: share('lossShare'),
  burst: {
    property: 'burstPackets',
    form: 'the mean number of packets lost in a row, at least 1',
    read(text) {
      const packets = matched(text, NUMBER) === undefined ? Number.NaN : Number(text);
      return packets >= 1 && packets <= 1_000 ? packets : undefined;
    },
    write: String,
  },
  down: rate('downBitsPerSecond'),
  up: rate('upBitsPerSecond'),
  queue: time('queueSeconds'),
  reorder: share('reorderShare'),
  shared: {
    property: 'shared',
    form: '1 (one line for all clients) or 0 (a line for each)',
    read: (text) => (text === '1' ? true : text === '0' ? false : undefined),
    write: (value) => (value === true ? '1' : '0'),
  },
};

/** Values of the parts after a name, or the problems in them. */
type ReadParts =
  | { readonly values: Partial<Numbers>; readonly problems?: never }
  | { readonly problems: readonly string[] };

function readParts(parts: readonly string[]): ReadParts {
  const problems: string[] = [];
  const values: Partial<Record<keyof Numbers, Numbers[keyof Numbers]>> = {};
  for (const text of parts) {
    const [name = '', value = ''] = text.split(/=(.*)/s);
    const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
    const read = part?.read(value);
    if (part === undefined)
      problems.push(
        `it has no part "${name}"; parts are ${Object.keys(PARTS).join(', ')}${nearest(name, Object.keys(PARTS))}`,
      );
    else if (part.property in values) problems.push(`${name} is given twice`);
    else if (read === undefined) problems.push(`${name} takes ${part.form}, not "${value}"`);
    else values[part.property] = read;
  }
  return problems.length > 0 ? { problems } : { values: values as Partial<Numbers> };
}

/** Problems of numbers that are sound one by one, but not together. */
function contradictions(numbers: Numbers, given: Partial<Numbers>): string[] {
  const { rttSeconds, jitterSeconds, lossShare, burstPackets, downBitsPerSecond, upBitsPerSecond } = numbers;
  const problems: string[] = [];
  if (jitterSeconds > rttSeconds / 2)
    problems.push(`jitter is that of one direction, so it may be at most half of rtt, ${timeText(rttSeconds / 2)}`);
  if (burstPackets !== null && lossShare === 0) problems.push('burst is the length of losses, so it needs loss');
  if (burstPackets !== null && lossShare > burstPackets / (burstPackets + 1))
    problems.push(
      `with bursts of ${burstPackets} at most ${PARTS.loss!.write(burstPackets / (burstPackets + 1))} can be lost`,
    );
  if (given.queueSeconds !== undefined && downBitsPerSecond === null && upBitsPerSecond === null)
    problems.push('a queue forms before a limited rate, so it needs down or up');
  return problems;
}

/** Text of a network: parts that differ from those of its name are written after it. */
function textOf(numbers: Numbers, name: NetworkName | undefined): string {
  const base = name === undefined ? UNCHANGED : named(name);
  const parts = Object.entries(PARTS).flatMap(([key, { property, write }]) =>
    numbers[property] === base[property] ? [] : [`${key}=${write(numbers[property])}`],
  );
  return [...(name === undefined ? [] : [name]), ...parts].join('+');
}

function named(name: NetworkName): Numbers {
  const read = readParts(NAMED[name].parts.split('+'));
  if (read.problems !== undefined) throw new Error(`${name}: ${read.problems.join('; ')}`);
  return { ...UNCHANGED, ...read.values };
}

const isName = (text: string): text is NetworkName => Object.hasOwn(NAMED, text);

/**
 * Reads a network: a name (`4g-lossy`), parts joined by `+` (`rtt=80ms+loss=1%`), or a name and parts that replace its own
 * (`slow-4g+shared=1`). Returns every problem with its fix.
 */
export function readNetwork(text: string): { readonly network: Network } | { readonly problems: readonly string[] } {
  const [first = '', ...rest] = text.split('+');
  const name = isName(first) ? first : undefined;
  if (name === undefined && !first.includes('=')) {
    const known = [NO_NETWORK, ...Object.keys(NAMED)];
    const forms = 'a name, or parts such as rtt=80ms+loss=1%';
    return { problems: [`unknown network "${first}" (${forms})${suggestion(first, known)}`] };
  }
  const read = readParts(name === undefined ? [first, ...rest] : rest);
  if (read.problems !== undefined) return { problems: read.problems.map((problem) => `network "${text}": ${problem}`) };
  const numbers = { ...(name === undefined ? UNCHANGED : named(name)), ...read.values };
  const problems = contradictions(numbers, read.values);
  if (problems.length > 0) return { problems: problems.map((problem) => `network "${text}": ${problem}`) };
  // Parts that change nothing still make a network: the path through the relay.
  const id = textOf(numbers, name) || 'rtt=0ms';
  return { network: { ...numbers, id, source: name === undefined ? null : NAMED[name].source } };
}

/** Network of an id that was read before. Throws if it is none. */
export function networkOf(id: string): Network {
  const read = readNetwork(id);
  if ('problems' in read) throw new Error(read.problems.join('; '));
  return read.network;
}

/** Canonical parts of a network, all of them, whether it has a name or not. */
export function partsOf(network: Network): string {
  return textOf(network, undefined) || 'rtt=0ms';
}

/** Minimum size of a queue, in packets of the largest size. */
const MIN_QUEUE_PACKETS = 10;
/** Largest Ethernet frame on the link. */
const MAX_FRAME_BYTES = 1_514;
const MS_PER_SECOND = 1e3;
const BITS_PER_BYTE = 8;

/** Effects of a network on the packets of its lines. The round trip's delay is split evenly. */
export function effectsOf(network: Network): PathEffects {
  const { rttSeconds, jitterSeconds, lossShare, burstPackets, queueSeconds, reorderShare, shared } = network;
  const effect = (bitsPerSecond: number | null): Effect => ({
    delayMs: (rttSeconds / 2) * MS_PER_SECOND,
    jitterMs: jitterSeconds * MS_PER_SECOND,
    lossShare,
    burstPackets,
    bitsPerSecond,
    queueBytes: Math.max((queueSeconds * (bitsPerSecond ?? 0)) / BITS_PER_BYTE, MIN_QUEUE_PACKETS * MAX_FRAME_BYTES),
    reorderShare,
  });
  return { up: effect(network.upBitsPerSecond), down: effect(network.downBitsPerSecond), shared };
}
