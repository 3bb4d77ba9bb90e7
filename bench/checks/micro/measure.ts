import { setImmediate as nextTurn } from 'node:timers/promises';
import { Bench } from 'tinybench';
import { ECHO } from '../../codec/header.ts';
import { Messages } from '../../load/messages.ts';
import { quantileOfSorted } from '../../results/numbers.ts';
import { findTransport } from '../../transports/index.ts';
import { type Echo, message, type Part, type StepName } from './chain.ts';

/** Name of the rows of JSON without any protocol, for comparison. No transport has this name. */
export const JSON_ALONE = 'json';

/**
 * Cost of one part of a step for one message. The rows of one transport, step and size are the layers of one encoding and add up to
 * the work of the transport's libraries. Times are CPU-bound work without any system call.
 */
export interface MicroRow {
  readonly transport: string;
  readonly step: StepName;
  /** Thing that is encoded or decoded, such as `ws frame, masked`. */
  readonly what: string;
  /** npm package that does it; `node` for Node.js itself, `wirebench` for this repository's code. */
  readonly library: string;
  /** Size of the message in bytes. */
  readonly size: number;
  readonly secondsMedian: number;
  /**
   * 25th percentile of the samples; `secondsHigh` is the 75th. They show the spread within this one process and are no confidence
   * interval: another process compiles the code anew, and its median may lie outside.
   */
  readonly secondsLow: number;
  readonly secondsHigh: number;
  /** Number of samples, each of which is the mean over a batch of messages. */
  readonly samples: number;
}

export interface MicroSettings {
  /** Names of transports, or `json`; those without steps are skipped. */
  readonly transports: readonly string[];
  /** Message sizes in bytes. */
  readonly sizes: readonly number[];
  /** Time for each row, including the preparation of its inputs. A warm-up of half that time comes before. */
  readonly secondsPerStep: number;
  /** Ends the measurement, when aborted, after the current row; the result has the rows so far. */
  readonly signal: AbortSignal;
}

/** Length of the warm-up as a share of the time for a row. */
const WARM_UP = 0.5;

/** Number of messages in a sample, because most steps take less than the clock's resolution. Batches of large messages are smaller. */
const BATCH = 100;
const BATCH_BYTES = 2 ** 20;

/**
 * Measures encoding and decoding with tinybench, part by part. The messages of a sample differ, as in a run, and their inputs are made
 * before the clock is read. Only the pass that `prepare` returns is timed.
 *
 * @param progress is called with each transport and size before it is measured
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
        // The only point at which a signal can arrive: a row is measured without a pause.
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

/** Lists the measurements by transport and size, each with the time of its rows including warm-up. */
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

/** Steps of a transport's echo. Undefined for variants, plugins and transports that native code encodes, which have none. */
export async function echoOf(name: string): Promise<Echo | undefined> {
  if (name === JSON_ALONE) return jsonAlone();
  const choice = findTransport(name);
  return choice?.variant === null ? choice.entry.steps?.() : undefined;
}

function jsonAlone(): Echo {
  const up = message()
    .timed('client encode', 'JSON.stringify of the message', 'node', (text) => JSON.stringify(text))
    .timed('server decode', 'JSON.parse of the message', 'node', (json) => JSON.parse(json) as string);
  return { up, down: message() };
}

async function partsOf(transport: string): Promise<readonly Part[]> {
  const echo = await echoOf(transport);
  return echo === undefined ? [] : [...echo.up.parts, ...echo.down.parts];
}

/** Measures one part. A test may replace the clock: `now` is in milliseconds. */
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

/** Builds messages like those of a run. Each is copied, because V8 flattens a concatenated string only when it is first read. */
function messagesOf(size: number): string[] {
  const messages = new Messages({ seed: 1, size, encoding: 'text', opcode: ECHO, senders: 1 });
  const length = Math.max(1, Math.min(BATCH, Math.floor(BATCH_BYTES / size)));
  return Array.from({ length }, (_, sequence) => Buffer.from(messages.build(0, sequence)).toString('latin1'));
}
