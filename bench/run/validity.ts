import type { Recording } from '../load/recording.ts';
import {
  besideWaitShareOf,
  coreText,
  isShared,
  isWaitedFor,
  othersShareOf,
  programsText,
  waitShareOf,
} from '../results/machine/cores.ts';
import {
  isScheduleKept,
  MAX_BUSY_SHARE,
  MAX_LOOP_DELAY_SECONDS,
  MAX_OTHERS_SHARE,
  MAX_RELAY_LAG_SECONDS,
  MAX_WAIT_SHARE,
  MIN_MESSAGES_FOR_BUSY,
  MIN_ON_TIME_SHARE,
  MIN_TICKS,
  ON_TIME_SECONDS,
  RULES,
  type RuleId,
} from '../results/rules.ts';
import type { Broken, CoreUsage, Messages, Relayed, Usage } from '../results/schema.ts';
import { lostIn, type Reaches, receiversOf } from '../results/values.ts';
import type { MachineObservation } from './machine/watch.ts';

/** Counts and usage of one trial, which the rules check. */
export interface Observation {
  readonly messages: Messages;
  readonly recording: Pick<Recording, 'early' | 'returned' | 'returnsNone' | 'tickSeconds' | 'agentFaults'>;
  readonly usage: Usage;
  readonly clients: number;
  readonly reaches: Reaches;
  /** True if the transport promises delivery. Losses of one that does not are a result, not a fault. */
  readonly reliable: boolean;
  /** Number of timed deliveries: in the response histogram, or in the service histogram of a closed loop. */
  readonly samples: number;
  /** Number of deliveries between hosts, which are timed apart. Absent: none. */
  readonly between?: number;
  /** Median of these deliveries' times, in seconds. Absent: too few, or none is judged. */
  readonly medianSeconds?: number | undefined;
  /** Effects of the machine on all processes of the run. Absent: not watched. */
  readonly machine?: MachineObservation | undefined;
  /** Cores that the trial used. Absent: not measured. */
  readonly cores?: readonly CoreUsage[] | undefined;
  /** Work of the relay. Absent: there is no network. */
  readonly relay?: Relayed | undefined;
  /** Largest share of the window for which it may wait for trials beside it. Absent: as for any other program. */
  readonly maxBesideWaitShare?: number;
}

/**
 * Rule of validity. A trial that breaks an `invalid` rule measured the generator or nothing; one that breaks a `suspect` rule cannot
 * be compared. Each scenario kind names its rules.
 */
export interface Rule {
  readonly id: RuleId;
  readonly verdict: 'invalid' | 'suspect';
  /** Returns the reason if the rule is broken. Pure. */
  readonly check: (observation: Observation) => string | undefined;
}

// biome-ignore format: one line each
export const rules: readonly Rule[] = [
  { id: 'cores-not-shared', verdict: 'invalid', check: coresNotShared },
  { id: 'cores-not-waited-for', verdict: 'invalid', check: coresNotWaitedFor },
  { id: 'agents-held', verdict: 'invalid', check: agentsHeld },
  { id: 'accounting-closes', verdict: 'invalid', check: accountingCloses },
  { id: 'clock-is-sane', verdict: 'invalid', check: clockIsSane },
  { id: 'clock-is-fine', verdict: 'invalid', check: clockIsFine },
  { id: 'schedule-kept', verdict: 'invalid', check: scheduleKept },
  { id: 'generator-not-saturated', verdict: 'invalid', check: generatorNotSaturated },
  { id: 'something-measured', verdict: 'invalid', check: somethingMeasured },
  { id: 'nothing-lost', verdict: 'suspect', check: nothingLost },
  { id: 'nothing-foreign', verdict: 'suspect', check: nothingForeign },
  { id: 'sessions-held', verdict: 'suspect', check: sessionsHeld },
  { id: 'network-kept', verdict: 'invalid', check: networkKept },
  { id: 'not-throttled', verdict: 'invalid', check: notThrottled },
  { id: 'only-run', verdict: 'invalid', check: onlyRun },
];

/** Rules about the machine, which hold for every kind. */
export const MACHINE_RULES = ['agents-held', 'clock-is-fine', 'network-kept', 'not-throttled', 'only-run'] as const;

/** Applies the rules of these ids. Returns the trial's state, every reason in words, and the rule that each reason is about. */
export function judge(
  observation: Observation,
  ids: readonly RuleId[],
): { state: 'valid' | 'suspect' | 'invalid'; reasons: string[]; broken: Broken[] } {
  const found = rules.flatMap(({ id, verdict, check }) => {
    const text = ids.includes(id) ? check(observation) : undefined;
    return text === undefined ? [] : [{ id, verdict, text }];
  });
  const invalid = found.some(({ verdict }) => verdict === 'invalid');
  return {
    state: invalid ? 'invalid' : found.length > 0 ? 'suspect' : 'valid',
    reasons: found.map(({ id, text }) => `${RULES[id].name}: ${text}`),
    broken: found.map(({ id, text }) => ({ rule: id, text })),
  };
}

function agentsHeld({ recording: { agentFaults = [] } }: Observation): string | undefined {
  return agentFaults.length === 0 ? undefined : agentFaults.join('; ');
}

function accountingCloses({
  messages,
  samples,
  between = 0,
  recording,
  reaches,
  clients,
}: Observation): string | undefined {
  const { due, sent, unsent, expected, delivered, lost } = messages;
  if (due !== sent + unsent) return `${due} messages were due, but ${sent} were sent and ${unsent} were not`;
  const owed = sent * receiversOf(reaches, clients);
  if (expected !== owed) return `${sent} sent messages make ${owed} deliveries, but ${expected} were expected`;
  if (lost < 0 || expected !== delivered + lost)
    return `${expected} deliveries were expected, but ${delivered} arrived and ${lost} were lost`;
  if (samples + between + recording.early !== delivered)
    return `${delivered} messages arrived, but ${samples + between} were timed`;
  return undefined;
}

function clockIsSane({ recording: { early } }: Observation): string | undefined {
  return early > 0 ? `${early} message(s) arrived before they were due` : undefined;
}

function clockIsFine({ recording: { tickSeconds }, medianSeconds }: Observation): string | undefined {
  if (tickSeconds === undefined || medianSeconds === undefined) return undefined;
  if (medianSeconds >= MIN_TICKS * tickSeconds) return undefined;
  return `the median is ${micros(medianSeconds)}, and the browser’s clock has steps of ${micros(tickSeconds)} (a median must have ${MIN_TICKS})`;
}

const micros = (seconds: number): string => `${(seconds * 1e6).toFixed(0)} µs`;

export function scheduleKept({
  messages: { due, onTime, unsent, errors },
}: Pick<Observation, 'messages'>): string | undefined {
  // A message whose session has ended could not leave on time; that is the server's doing.
  const owed = Object.keys(errors).length > 0 ? due - unsent : due;
  if (isScheduleKept(onTime, owed)) return undefined;
  return `${percent(onTime / owed)} of messages left within ${ON_TIME_SECONDS * 1e3} ms of their due time (at least ${percent(MIN_ON_TIME_SHARE)} must); use a lower --rate, fewer --clients or more --workers`;
}

export function generatorNotSaturated({
  messages: { due },
  usage: { generator },
}: Pick<Observation, 'messages' | 'usage'>): string | undefined {
  if (due >= MIN_MESSAGES_FOR_BUSY && generator.busy > MAX_BUSY_SHARE) {
    return `a load worker was busy ${percent(generator.busy)} of the time (limit ${percent(MAX_BUSY_SHARE)}); use a lower --rate or more --workers`;
  }
  if (generator.loopDelayP99 > MAX_LOOP_DELAY_SECONDS) {
    return `a load worker's event loop was late by ${(generator.loopDelayP99 * 1e3).toFixed(1)} ms at p99 (limit ${MAX_LOOP_DELAY_SECONDS * 1e3} ms)`;
  }
  return undefined;
}

function somethingMeasured({ samples, messages: { errors } }: Observation): string | undefined {
  return samples === 0 ? `no message arrived in the measured window${firstOf(errors)}` : undefined;
}

/** First error in brackets; empty if there is none. */
function firstOf(errors: Messages['errors']): string {
  const [error] = Object.keys(errors);
  return error === undefined ? '' : ` (${error})`;
}

function nothingLost({ messages, recording, reliable }: Observation): string | undefined {
  const { expected, unsent, errors, overdue = 0 } = messages;
  const lost = lostIn(messages);
  const why = firstOf(errors);
  if (lost > 0 && reliable) {
    const more = overdue > 0 ? `, and ${overdue} were still queued when the wait for them ended` : '';
    const remedy = recording.returnsNone
      ? '; no session received its own messages: if the server sends to all but the sender, use --reaches others'
      : '';
    return `${lost} of ${expected} deliveries lost${why}${more}${remedy}`;
  }
  return unsent > 0 ? `${unsent} message(s) could not be sent${why}` : undefined;
}

function nothingForeign({ messages, recording }: Observation): string | undefined {
  const { duplicated, corrupt, example, unexpected, foreign = 0, backlog = 0, overdue = 0 } = messages;
  const parts = Object.entries({ duplicated, corrupt, unexpected }).filter(([, count]) => count > 0);
  const first = example === undefined ? '' : ` (first: ${example.kind} of ${example.length} bytes, "${example.head}")`;
  const counts = parts.map(([what, count]) => `${count} ${what}${what === 'corrupt' ? first : ''}`).join(', ');
  const texts = [
    ...(counts === '' ? [] : [counts]),
    ...(recording.returned > 0
      ? [`${recording.returned} came back to their sender: if the server sends to everyone, leave --reaches others out`]
      : []),
    ...(foreign > 0 ? [`messages of another run arrived: ${foreign}; let one run at a time use the server`] : []),
    // Under overload the window is measured behind a queue in any case.
    ...(backlog > 0 && overdue === 0
      ? [
          `${backlog} message(s) of the warm-up arrived in the measured window; use a lower --rate or a shorter --warmup`,
        ]
      : []),
  ];
  return texts.length === 0 ? undefined : texts.join('; ');
}

function sessionsHeld({ messages: { errors } }: Observation): string | undefined {
  const [error] = Object.keys(errors);
  const count = Object.values(errors).reduce((sum, one) => sum + one, 0);
  return error === undefined ? undefined : `${count} session(s) dropped (${error})`;
}

function networkKept({ relay }: Observation): string | undefined {
  if (relay === undefined) return undefined;
  const { receiveErrors, lagP99Seconds } = relay;
  if (receiveErrors > 0)
    return `the system dropped ${receiveErrors} packet(s) before the relay could read them; use a lower --rate or fewer --clients, or close other programs`;
  if (lagP99Seconds !== null && lagP99Seconds > MAX_RELAY_LAG_SECONDS)
    return `the relay sent packets on up to ${ms(lagP99Seconds)} too late at p99 (limit ${ms(MAX_RELAY_LAG_SECONDS)}); close other programs, or use a lower --rate`;
  return undefined;
}

const ms = (seconds: number): string => `${(seconds * 1e3).toFixed(1)} ms`;

function notThrottled({ machine }: Observation): string | undefined {
  const { cores, times, seconds } = machine?.quota ?? { cores: 0, times: 0, seconds: 0 };
  if (times === 0) return undefined;
  return `the CPU quota of ${Number(cores.toFixed(2))} cores was used up ${times} time(s), and processes were stopped for ${(seconds * 1e3).toFixed(0)} ms; raise the quota, or use fewer --workers`;
}

function onlyRun({ machine }: Observation): string | undefined {
  const others = (machine?.others ?? []).map(({ pid, command }) => `process ${pid} (${command})`);
  if (others.length === 0) return undefined;
  return `another Wirebench measured on this machine: ${others.join(', ')}; let one run at a time use it`;
}

function coresNotShared({ cores = [] }: Observation): string | undefined {
  const each = cores
    .filter(isShared)
    .map((one) => `other programs took ${percent(othersShareOf(one) ?? 0)} of ${coreText(one)}, ${programsText(one)}`);
  if (each.length === 0) return undefined;
  return `${each.join('; ')} (limit ${percent(MAX_OTHERS_SHARE)}); close them, or keep them off the cores of the run`;
}

function coresNotWaitedFor({ cores = [], maxBesideWaitShare = MAX_WAIT_SHARE }: Observation): string | undefined {
  const each = cores.filter(isWaitedFor).map((one) => {
    // The other rule has named the programs.
    const which = isShared(one) ? '' : `, ${programsText(one)}`;
    return `${waitText(one, waitShareOf(one))} while other programs ran${which}`;
  });
  const crowded = cores
    .filter((one) => (besideWaitShareOf(one) ?? 0) > maxBesideWaitShare)
    .map(
      (one) =>
        `${waitText(one, besideWaitShareOf(one))} while other processes of this run had it (limit ${percent(maxBesideWaitShare)})`,
    );
  const remedy = crowded.length === 0 ? [] : ['use a lower --beside'];
  const foreign = each.length === 0 ? [] : [`${each.join('; ')} (limit ${percent(MAX_WAIT_SHARE)})`];
  const all = [...foreign, ...crowded, ...remedy];
  return all.length === 0 ? undefined : all.join('; ');
}

/** Wait of a trial's processes for a core, in words. */
function waitText(one: CoreUsage, share = 0): string {
  const who = [...new Set(one.roles.map((role) => ROLES[role] ?? role))].join(' or ');
  return `${who} waited ${percent(share)} of the time for ${coreText(one)}`;
}

const ROLES: Readonly<Record<string, string>> = {
  server: 'the server',
  generator: 'the load generator',
  publisher: 'the publisher',
  readers: 'the slow readers',
  browser: 'the browser',
  renderer: 'the browser’s page',
  network: 'the browser’s network process',
  gpu: 'the browser’s graphics process',
  utility: 'a helper of the browser',
  zygote: 'a helper of the browser',
};

function percent(share: number): string {
  return `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`;
}
