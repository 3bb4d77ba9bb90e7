import type { ServerUsage } from '../../contract.ts';
import { encode, histogram } from '../../load/histogram.ts';
import { caseId } from '../../results/case.ts';
import { NO_NETWORK } from '../../results/dimensions.ts';
import { RULES, type RuleId } from '../../results/rules.ts';
import type { Broken, Case, NotMeasured, Trial } from '../../results/schema.ts';
import { summariseLatency } from '../../results/summary.ts';
import { judge } from '../../run/validity.ts';
import { capabilitiesOf, type TransportChoice } from '../../transports/index.ts';
import type { CutKind, LaneResult, RunOrder, Tally } from '../protocol.ts';

/** Rules that hold for a lane: those about a load process and about cores need what a page cannot tell. */
const LANE_RULES: readonly RuleId[] = [
  'accounting-closes',
  'schedule-kept',
  'something-measured',
  'nothing-lost',
  'nothing-foreign',
  'sessions-held',
];

const GENERATOR: NotMeasured = {
  path: 'usage.generator',
  reason: 'not measured, because a page cannot tell what its browser uses',
};
const DATAGRAMS: NotMeasured = { path: 'wire', reason: 'not measured, because sockets do not count datagrams' };

/** Cut of the path, in seconds since the beginning of the run. */
export interface PathCut {
  readonly kind: CutKind;
  readonly fromSeconds: number;
  readonly seconds: number;
}

/** Server's counters at the two ends of a lane's window. */
export interface LaneWindow {
  readonly choice: TransportChoice;
  readonly effective: Case['effective'];
  readonly rssIdleBytes: number;
  readonly begin: ServerUsage;
  readonly end: ServerUsage;
  readonly startedAt: string;
}

/** Makes the case of a lane, with its one trial. Pure. */
export function caseOf(
  { size, rate, network }: RunOrder,
  window: LaneWindow,
  result: LaneResult,
  { cuts, order, tokens }: { readonly cuts: readonly PathCut[]; readonly order: number; readonly tokens: boolean },
): Case {
  const { choice, effective } = window;
  const described = {
    transport: choice.entry.id,
    variant: choice.variant?.id ?? null,
    scenario: 'echo',
    clients: 1,
    rate,
    size,
    encoding: 'text' as const,
    tls: false,
    ...(tokens ? { auth: 'HS256' as const } : {}),
    network,
  };
  return { id: caseId(described), ...described, effective, trials: [trialOf(window, result, { cuts, order })] };
}

function trialOf(
  { choice, begin, end, rssIdleBytes, startedAt }: LaneWindow,
  result: LaneResult,
  { cuts, order }: { readonly cuts: readonly PathCut[]; readonly order: number },
): Trial {
  const { due, sent, unsent, onTime, delivered, duplicated, reordered, corrupt, errors, seconds } = result;
  const encoded = {
    response: encodeTally(result.response),
    service: encodeTally(result.service),
    lag: encodeTally(result.lag),
    connect: encodeTally(result.connect),
  };
  const messages = {
    due,
    sent,
    unsent,
    onTime,
    expected: sent,
    delivered,
    lost: sent - delivered,
    duplicated,
    reordered,
    corrupt,
    unexpected: 0,
    errors: { ...errors },
  };
  const usage = {
    server: {
      cpuSeconds: Math.max(0, end.cpuSeconds - begin.cpuSeconds),
      rssBytes: end.rssBytes,
      rssIdleBytes,
    },
    generator: { cpuSeconds: 0, rssBytes: 0, loopDelayP99: 0, busy: 0, workers: 1 },
  };
  const judged = judge(
    {
      messages,
      usage,
      recording: { early: 0, returned: 0 },
      clients: 1,
      reaches: 'sender',
      reliable: capabilitiesOf(choice).reliable,
      samples: result.response.reduce((sum, [, count]) => sum + count, 0),
    },
    LANE_RULES,
  );
  const cut = cuts.map(
    ({ kind, seconds: length }): Broken => ({
      rule: 'network-kept',
      text: `the path was cut by hand for ${Number(length.toFixed(1))} s (${kind})`,
    }),
  );
  const broken = [...judged.broken, ...cut];
  const measured = {
    block: 0,
    order,
    startedAt,
    ...(broken.length === 0 ? {} : { broken }),
    seconds,
    messages,
    latency: { ...encoded, summary: summariseLatency(encoded) },
    wire: {
      layer: 'socket' as const,
      ...(choice.entry.datagrams === true ? { datagrams: true as const } : {}),
      up: end.bytesUp - begin.bytesUp,
      down: end.bytesDown - begin.bytesDown,
      setupUp: begin.bytesUp,
      setupDown: begin.bytesDown,
    },
    usage,
    notMeasured: [GENERATOR, ...(choice.entry.datagrams === true ? [DATAGRAMS] : [])],
  };
  if (broken.length === 0) return { ...measured, state: 'valid', reasons: [] };
  const reasons = [...judged.reasons, ...cut.map(({ text }) => `${RULES['network-kept'].name}: ${text}`)];
  return { ...measured, state: judged.state === 'invalid' ? 'invalid' : 'suspect', reasons };
}

function encodeTally(tally: Tally): string {
  const values = histogram();
  for (const [value, count] of tally) values.recordValueWithCount(value, count);
  return encode(values);
}

/** True if a run has a network besides the path as it is. */
export const hasNetwork = ({ network }: Pick<RunOrder, 'network'>): boolean => network !== NO_NETWORK;
