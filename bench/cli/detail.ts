import { decode } from '../load/histogram.ts';
import type { MeasuredTrial, Trial } from '../results/schema.ts';
import type { ScenarioKind } from '../scenarios/index.ts';

/** Figures of a trial, in a few words for the line that says that it has ended. */
export function detailOf(trial: Trial, kind: ScenarioKind): string {
  if (trial.state === 'failed') return trial.reasons.join('; ');
  return [FIGURES[kind](trial), ...trial.reasons].join('  ');
}

const FIGURES: Readonly<Record<ScenarioKind, (trial: MeasuredTrial) => string>> = {
  load: ({ latency }) => percentiles(latency.response),
  closed: ({ messages, seconds, usage }) =>
    `${perSecond(messages.delivered / seconds)}  generator ${microseconds(usage.generator.cpuSeconds / messages.delivered)} a message`,
  capacity: ({ capacity, latency }) =>
    capacity === undefined
      ? ''
      : `${capacity.bound === 'lower' ? '≥ ' : ''}${perSecond(capacity.rate)} after ${capacity.steps.length} probes  ${percentiles(latency.response)}`,
  connect: ({ latency, opening }) =>
    [
      percentiles(latency.connect),
      ...(opening ? [perSecond(opening.sessions / opening.seconds, 'sessions')] : []),
    ].join('  '),
  idle: ({ memory, seconds }) =>
    memory === undefined
      ? `${Math.round(seconds)} s`
      : `server ${kibibytes(memory.server.bytesPerSession)} a session (R² ${memory.server.r2.toFixed(3)})  generator ${kibibytes(memory.generator.bytesPerSession)}`,
  wire: ({ theory, wire }) => {
    if (theory === undefined) return 'no formula';
    if (wire.datagrams) return datagrams(wire, theory.exchanges);
    const { up, down } = wire.socket ?? wire;
    return `${(up + down) / theory.exchanges} B at the sockets, theory ${(theory.up + theory.down) / theory.exchanges} B`;
  },
};

const datagrams = ({ layer, up, down }: MeasuredTrial['wire'], exchanges: number): string =>
  layer === 'link' ? `${(up + down) / exchanges} B on the link` : 'datagrams, not counted without a private link';

function percentiles(encoded: string): string {
  const times = decode(encoded);
  const at = (percentile: number): string => `${(times.getValueAtPercentile(percentile) / 1e6).toPrecision(3)} ms`;
  return `p50 ${at(50)}  p99 ${at(99)}`;
}

const perSecond = (rate: number, what = 'msg'): string => `${Math.round(rate).toLocaleString('en')} ${what}/s`;
const microseconds = (seconds: number): string => `${(seconds * 1e6).toPrecision(3)} µs`;
const kibibytes = (bytes: number): string => `${(bytes / 1024).toPrecision(3)} KiB`;
