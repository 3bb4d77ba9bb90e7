import { ECHO } from '../codec/header.ts';
import { decode } from '../load/histogram.ts';
import { messageCount } from '../load/schedule.ts';
import type { Contention } from '../results/machine/cores.ts';
import { figures } from '../results/numbers.ts';
import { SAMPLES_BEYOND } from '../results/rules.ts';
import type { Capacity } from '../results/schema.ts';
import { countMessages, usageOf } from '../run/measurement.ts';
import { generatorNotSaturated, scheduleKept } from '../run/validity.ts';
import { readLoad, SCHEDULED_RULES } from './load.ts';
import type { Measured, Objective, PlannedCase, Reading, ScenarioModule, TrialContext } from './shape.ts';
import { sendingSessions, timedSeconds } from './shared/costs.ts';
import { percentiles, perSecond } from './shared/figures.ts';
import { type Probed, search } from './shared/search.ts';
import { worstOf } from './shared/undisturbed.ts';

/** Searches for the highest rate that meets an objective. */
export const capacity: ScenarioModule<'capacity'> = {
  id: 'capacity',
  scenarios: [
    {
      id: 'capacity',
      title: 'Highest echo rate that meets --objective',
      opcode: ECHO,
      reaches: 'sender',
      usual: false,
      defaults: { clients: 100, rate: 2000, sizes: [128], seconds: 2 },
    },
  ],
  uses: { rate: 'search start', messages: true, duration: true, warmup: true, objective: true, network: false },
  estimateSeconds: (planned, warmupSeconds) => PROBES * timedSeconds(planned, warmupSeconds),
  resources: sendingSessions,
  measure: searchRate,
  accounting: { samples: 'response', timeline: false },
  rules: SCHEDULED_RULES,
  detail: ({ capacity, latency }) =>
    capacity === undefined
      ? ''
      : `${capacity.bound === 'lower' ? '≥ ' : ''}${perSecond(capacity.rate)} after ${capacity.steps.length} probes  ${percentiles(latency.response)}`,
  judgedBy: 'verdicts',
  // Broken sessions are part of a search: they mark a rate that is too high.
  brokenSessionsFail: false,
  microCosts: false,
  advice: 'none',
};

/** Estimated number of probes: doublings, bisections, and the longer confirming one. */
const PROBES = 14;
/** Length of a confirming probe, as a multiple of the others. */
const CONFIRMING = 2;
/** Minimum ratio of the generator's own limit to the reported rate; with less, the rate is only a lower bound. */
const MIN_HEADROOM = 1.5;
/** Length of the closed loop that measures the generator's own limit. */
const CEILING_SECONDS = 1;

type Step = Capacity['steps'][number];

/**
 * Searches for the highest rate that the transport sustains: the objective met, nothing lost, and the load offered as
 * planned. Every probe has a fresh server. The trial's own figures are those of the probe that confirmed the rate.
 */
async function searchRate(context: TrialContext): Promise<Measured> {
  const { planned, objective, warmupSeconds, generatorCores, onStage } = context;
  const steps: Step[] = [];
  let ceilingRate = 0;
  let last: Reading | undefined;
  let confirmed: Reading | undefined;
  /** Use of the cores in the probes that bound the rate: a miss may be another program's doing. */
  const missed: (Contention | undefined)[] = [];
  // Messages that arrive later have missed the objective by far.
  const drainSeconds = Math.max(1, objective.seconds * 10);

  async function probe(rate: number, confirming: boolean): Promise<Probed> {
    const probed = {
      ...planned,
      rate,
      seconds: secondsFor(rate, planned.seconds, objective) * (confirming ? CONFIRMING : 1),
    };
    return onStage(async (stage) => {
      const { reading, next } = await readLoad(probed, stage, { warmupSeconds, drainSeconds });
      const step = judgeStep(probed, reading, objective, confirming);
      steps.push(step);
      last = reading;
      if (step.outcome !== 'met') missed.push(reading.contention);
      if (confirming && step.outcome === 'met') {
        confirmed = reading;
        const { cpuSeconds, delivered } = await stage.closed({ first: next, seconds: CEILING_SECONDS, drainSeconds });
        ceilingRate = cpuSeconds > 0 ? (generatorCores * delivered) / cpuSeconds : 0;
      }
      return step;
    });
  }

  const found = await search(planned.rate, probe);
  const reading = confirmed ?? last;
  if (reading === undefined) throw new Error('the search made no probe');
  const contention = worstOf([reading.contention, ...missed]);
  return {
    reading: { ...reading, contention },
    extras: { capacity: { objective, ...boundOf(found, ceilingRate, steps), ceilingRate, steps } },
  };
}

/** Length of a probe: long enough for the percentile to have enough samples. */
function secondsFor(rate: number, seconds: number, { percentile }: Objective): number {
  return Math.max(seconds, ((SAMPLES_BEYOND + 1) * 100) / (100 - percentile) / rate);
}

function judgeStep(planned: PlannedCase, reading: Reading, objective: Objective, confirming: boolean): Step {
  const messages = countMessages(planned, reading);
  const usage = usageOf(reading);
  const response = decode(reading.recording.response);
  const percentile = (of: number): number | null =>
    response.totalCount * (1 - of / 100) >= SAMPLES_BEYOND ? response.getValueAtPercentile(of) / 1e9 : null;
  const reached = percentile(objective.percentile);
  const generator = scheduleKept({ messages }) ?? generatorNotSaturated({ messages, usage });
  const missed =
    messages.lost > 0
      ? `${messages.lost} message(s) not delivered in time`
      : messages.unsent > 0
        ? `${messages.unsent} message(s) could not be sent`
        : reached === null || reached > objective.seconds
          ? `p${objective.percentile} ${reached === null ? 'unknown' : `${figures(reached * 1e3)} ms`}`
          : undefined;
  const reason = generator ?? missed;
  return {
    rate: planned.rate,
    seconds: messageCount(planned.rate, planned.seconds) / planned.rate,
    outcome: generator !== undefined ? 'generator' : missed !== undefined ? 'missed' : 'met',
    confirming,
    achieved: messages.delivered / Math.max(reading.recording.seconds, reading.seconds),
    p50: percentile(50),
    p99: percentile(99),
    lost: messages.lost,
    busy: usage.generator.busy,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Decides if the rate is the server's limit or only a lower bound, and why. */
function boundOf(
  { rate, limit }: Awaited<ReturnType<typeof search>>,
  ceilingRate: number,
  steps: readonly Step[],
): Pick<Capacity, 'rate' | 'bound' | 'reason'> {
  if (rate === 0) {
    return {
      rate,
      bound: 'measured',
      reason: `no rate met the objective: ${steps.at(-1)?.reason ?? 'no probe was made'}`,
    };
  }
  const headroom = ceilingRate / rate;
  if (limit === 'generator') return { rate, bound: 'lower', reason: 'the load generator could not offer more' };
  if (limit === undefined) return { rate, bound: 'lower', reason: 'the search ended before it reached a limit' };
  if (headroom < MIN_HEADROOM) {
    const ratio = headroom.toFixed(2);
    return {
      rate,
      bound: 'lower',
      reason: `the load generator’s own limit is only ${ratio} times this rate (at least ${MIN_HEADROOM} times is needed)`,
    };
  }
  return { rate, bound: 'measured' };
}
