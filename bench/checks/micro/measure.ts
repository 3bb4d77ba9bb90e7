import { setImmediate as nextTurn } from 'node:timers/promises';
import { Bench } from 'tinybench';
import { ECHO } from '../../codec/header.ts';
import { Messages } from '../../load/messages.ts';
import { quantileOfSorted } from '../../results/numbers.ts';
import type { Part, StepName } from './chain.ts';
import { echoOf } from './steps.ts';

/**
 * Cost of one part of a step for one message. The rows of one transport, step and size add up: they are the layers of one
 * encoding, and together what the transport's libraries do. Times are of the CPU at work, without any system call.
 */
export interface MicroRow {
  readonly transport: string;
  readonly step: StepName;
  /** Thing that is encoded or decoded, such as `ws frame, masked`. */
  readonly what: string;
  /** The package that does it; `node` for what Node.js brings, `wirebench` for what this repository does itself. */
  readonly library: string;
  /** Bytes of the message. */
  readonly size: number;
  readonly secondsMedian: number;
  /**
   * The middle half of the samples, 25th to 75th percentile: their spread within this one process, which is no confidence
   * interval. Another process compiles the code anew, and its median may lie outside.
   */
  readonly secondsLow: number;
  readonly secondsHigh: number;
  /** A sample is the mean over a batch of messages. */
  readonly samples: number;
}

export interface MicroSettings {
  /** Names of transports, or `json`; those that have no steps are passed over. */
  readonly transports: readonly string[];
  /** Bytes of a message. */
  readonly sizes: readonly number[];
  /** Time for each row, its preparations included; half as much comes before it to warm up. */
  readonly secondsPerStep: number;
  /** Aborting ends it after the row under way, with the rows so far. */
  readonly signal: AbortSignal;
}

/** Share of the time for each row that comes before it. */
const WARM_UP = 0.5;

/** Most steps take less than the clock can tell, so a sample is a batch of them. Larger messages come in smaller batches. */
const BATCH = 100;
const BATCH_BYTES = 2 ** 20;

/**
 * Measures encoding and decoding with tinybench, part by part. Within a sample each message is another one, as in a run, and
 * its input is made afresh before the clock is read. Only `prepare`'s pass is timed: it keeps every output, or the compiler
 * might leave out what nobody looks at.
 *
 * @param progress hears of each transport and size before it is measured
 */
export async function measureMicro(
  settings: MicroSettings,
  progress: (what: string) => void = () => {},
): Promise<MicroRow[]> {
  const rows: MicroRow[] = [];
  for (const size of settings.sizes) {
    const messages = messagesOf(size);
    for (const transport of settings.transports) {
      const parts = await partsOf(transport);
      if (parts.length > 0 && !settings.signal.aborted) progress(`${transport}, ${size} bytes`);
      for (const part of parts) {
        // A signal can come in here alone: a row is measured without a pause.
        await nextTurn();
        if (settings.signal.aborted) return rows;
        const { step, what, library } = part;
        const times = await measurePart(part, messages, settings.secondsPerStep);
        rows.push({ transport, step, what, library, size, ...times });
      }
    }
  }
  return rows;
}

/** Lists what will be measured, by transport and size, with the time of its rows, warm-up included. */
export async function planMicro({
  transports,
  sizes,
  secondsPerStep,
}: Omit<MicroSettings, 'signal'>): Promise<{ readonly name: string; readonly seconds: number }[]> {
  const parts = await Promise.all(transports.map(partsOf));
  return sizes.flatMap((size) =>
    transports.flatMap((transport, index) => {
      const rows = parts[index]?.length ?? 0;
      const seconds = rows * secondsPerStep * (1 + WARM_UP);
      return rows === 0 ? [] : [{ name: `${transport}, ${size} bytes: ${rows} rows`, seconds }];
    }),
  );
}

async function partsOf(transport: string): Promise<readonly Part[]> {
  const echo = await echoOf(transport);
  return echo === undefined ? [] : [...echo.up.parts, ...echo.down.parts];
}

/** Exported for its test, which brings a clock of its own; `now` is in milliseconds. */
export async function measurePart(
  part: Part,
  messages: readonly string[],
  secondsPerStep: number,
  now: () => number = () => performance.now(),
): Promise<Pick<MicroRow, 'secondsMedian' | 'secondsLow' | 'secondsHigh' | 'samples'>> {
  const bench = new Bench({
    now,
    time: secondsPerStep * 1e3,
    iterations: 10,
    warmupTime: secondsPerStep * 1e3 * WARM_UP,
    warmupIterations: 5,
    retainSamples: true,
    throws: true,
  });
  bench.add(part.what, () => {
    const began = bench.now();
    const run = part.prepare(messages);
    const from = bench.now();
    run();
    const to = bench.now();
    return { overriddenDuration: (to - from) / messages.length, overriddenIterationCost: to - began };
  });
  const [task] = await bench.run();
  const result = task?.result;
  if (result?.state !== 'completed') throw new Error(`${part.what} was not measured: ${result?.state}`);
  const samples = result.latency.samples ?? [];
  return {
    secondsMedian: quantileOfSorted(samples, 0.5) / 1e3,
    secondsLow: quantileOfSorted(samples, 0.25) / 1e3,
    secondsHigh: quantileOfSorted(samples, 0.75) / 1e3,
    samples: samples.length,
  };
}

/** Messages like those of a run. Copied, because a string put together from others is only written out when first read. */
function messagesOf(size: number): string[] {
  const messages = new Messages({ seed: 1, size, encoding: 'text', opcode: ECHO, senders: 1 });
  const length = Math.max(1, Math.min(BATCH, Math.floor(BATCH_BYTES / size)));
  return Array.from({ length }, (_, sequence) => Buffer.from(messages.build(0, sequence)).toString('latin1'));
}
