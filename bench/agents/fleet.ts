import { encode, histogram } from '../load/histogram.ts';
import type { ConnectOrder, WorkerAnswer, WorkerOrder } from '../load/protocol.ts';
import type { Recording } from '../load/recording.ts';
import { OrderFailed, type Patience } from '../run/child.ts';
import type { Agents, LoadWorker, LoadWorkerSettings, LoadWorkers } from '../run/load-workers.ts';
import { withoutPlace } from './client-module.ts';
import { type ClockReading, driftBetween, translated } from './clock.ts';
import { AgentFailed, AgentLost, Crew, type CrewSettings, type Member } from './crew.ts';

/** Time in which an order for a phase reaches all agents: BullMQ takes tens of milliseconds. */
const LEAD_NS = 500e6;
/** Time in which an agent starts its load workers. */
const BEGIN_SECONDS = 30;
/** Time for an answer to come back from an agent, beyond that of its worker. */
const WAY_SECONDS = 5;
/** Longest wait for agents to end their load workers. */
const END_MS = 3_000;

/** Agents of a run. Those that are lost do not come back; after a loss of Redis the remaining ones claim roles anew. */
export class Fleet implements Agents, AsyncDisposable {
  readonly #settings: CrewSettings;
  /** Machines that have taken part, by the names of their agents. */
  readonly #hosts = new Map<string, Agents['hosts'][number]>();
  #crew: Crew;

  /** Waits for the agents. Throws, in words for the user, if Redis cannot be used or too few come in time. */
  static async recruit(settings: CrewSettings): Promise<Fleet> {
    return new Fleet(settings, await Crew.recruit(settings));
  }

  private constructor(settings: CrewSettings, crew: Crew) {
    this.#settings = settings;
    this.#crew = crew;
    this.#note(crew);
  }

  get members(): readonly Member[] {
    return this.#crew.members.filter(({ lost }) => lost === undefined);
  }

  get workers(): number {
    return this.members.reduce((sum, { claim }) => sum + claim.workers, 0);
  }

  get hosts(): Agents['hosts'] {
    return [...this.#hosts.values()];
  }

  async ready(signal: AbortSignal): Promise<void> {
    if (this.#crew.cause !== undefined) {
      // Loss of Redis has lost all of them; those that were lost before are not waited for.
      const { cause, members } = this.#crew;
      const agents = members.filter(({ lost }) => lost?.endsWith(cause) === true).length;
      await this.#crew.close();
      const again = { roles: members.map(({ role }) => role) };
      this.#crew = await Crew.recruit({ ...this.#settings, agents, signal, again });
      this.#note(this.#crew);
    }
    if (this.members.length === 0) throw new Error('no agent is left; start agents again and repeat the run');
  }

  start({ workers }: Pick<LoadWorkerSettings, 'workers'>): LoadWorkers {
    return new AgentWorkers(this.#crew, this.members, workers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#crew.close();
  }

  #note({ members }: Crew): void {
    for (const { name, claim } of members) this.#hosts.set(name, { name, ...claim.host });
  }
}

/** Place of a load worker: its agent, and its number among that agent's. */
interface Place {
  readonly member: Member;
  readonly slot: number;
}

/** Deals load workers to agents in turn, so that sessions, which are dealt to workers in turn, are spread evenly. */
export function deal<One extends Pick<Member, 'claim'>>(
  members: readonly One[],
  workers: number,
): { readonly member: One; readonly slot: number }[] {
  const most = Math.max(0, ...members.map(({ claim }) => claim.workers));
  const all = Array.from({ length: most }, (_, slot) =>
    members.filter(({ claim }) => slot < claim.workers).map((member) => ({ member, slot })),
  );
  return all.flat().slice(0, workers);
}

/** Load workers of agents in one trial. */
class AgentWorkers implements LoadWorkers {
  readonly all: readonly LoadWorker[];
  readonly hosts: readonly number[];
  readonly leadNs = LEAD_NS;
  readonly #crew: Crew;
  readonly #places: readonly Place[];
  readonly #members: readonly Member[];
  /** Clocks of each agent and of this process at the beginning. */
  readonly #clocks = new Map<Member, ClockReading>();
  #own: ClockReading | undefined;
  /** Clock of this process after a phase, by the phase's order. */
  readonly #ownAfter = new WeakMap<WorkerOrder, Promise<ClockReading>>();

  constructor(crew: Crew, members: readonly Member[], workers: number) {
    this.#crew = crew;
    this.#places = deal(members, workers);
    this.#members = [...new Set(this.#places.map(({ member }) => member))];
    this.hosts = this.#places.map(({ member }) => this.#members.indexOf(member));
    this.all = this.#places.map((place) => ({
      ask: (order, kind, patience) => this.#ask(place, order, kind, patience),
    }));
  }

  /** Starts the load workers and compares the clocks. */
  async reach(_: string, signal: AbortSignal): Promise<void> {
    const begin = this.#members.map(async (member) => {
      const workers = this.#places.filter((place) => place.member === member).length;
      const patience = { seconds: BEGIN_SECONDS, signal, otherwise: 'did not start its load workers' };
      const { clock } = await inTime(member, member.ask({ order: 'begin', workers }, 'begun'), patience);
      this.#clocks.set(member, clock);
    });
    const compare = async (): Promise<void> => {
      this.#own = await this.#crew.clock();
    };
    await Promise.all([...begin, compare()]);
  }

  processes(): readonly [] {
    return [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const remaining = this.#members.filter(({ lost }) => lost === undefined);
    const patience = { seconds: END_MS / 1e3, signal: new AbortController().signal };
    await Promise.allSettled(remaining.map((member) => inTime(member, member.ask({ order: 'end' }, 'done'), patience)));
  }

  async #ask<Kind extends WorkerAnswer['answer']>(
    { member, slot }: Place,
    order: WorkerOrder,
    kind: Kind,
    { seconds, signal, otherwise = 'did not answer' }: Patience,
  ): Promise<Extract<WorkerAnswer, { answer: Kind }>> {
    signal.throwIfAborted();
    const work = this.#onItsClock(member, withoutPlace(order));
    const asked = member.ask({ order: 'work', worker: slot, work, kind, seconds, otherwise }, 'worked');
    try {
      const patience = { seconds: seconds + WAY_SECONDS, signal, otherwise };
      const { work: answer, clock, lateSeconds } = await inTime(member, asked, patience);
      const told =
        answer.answer === 'phase' ? await this.#withHost(member, order, answer, { clock, lateSeconds }) : answer;
      if (!isOf(told, kind)) throw new Error(`agent ${member.name} answered ${answer.answer}`);
      return told;
    } catch (error) {
      if (error instanceof AgentFailed) throw new OrderFailed(`agent ${member.name}`, error.reason);
      const rest = lostPhase(order, error);
      if (rest !== undefined && isOf(rest, kind)) return rest;
      throw error;
    }
  }

  /** Order with the origin of the trial's clock as the agent's own clock shows it. */
  #onItsClock(member: Member, order: WorkerOrder): WorkerOrder {
    if (!('originNs' in order)) return order;
    const clock = this.#clocks.get(member);
    if (clock === undefined || this.#own === undefined) throw new Error('the clocks have not been compared');
    const originNs = translated(BigInt(order.originNs), this.#own, clock).toString();
    return { ...order, originNs } satisfies ConnectOrder;
  }

  /** Adds to a recording where it was made, and how far that host's clock can be trusted. */
  async #withHost(
    member: Member,
    order: WorkerOrder,
    { recording }: Extract<WorkerAnswer, { answer: 'phase' }>,
    { clock, lateSeconds }: { readonly clock: ClockReading | undefined; readonly lateSeconds: number | undefined },
  ): Promise<Extract<WorkerAnswer, { answer: 'phase' }>> {
    const before = { own: this.#own, other: this.#clocks.get(member) };
    const place = { host: member.name, runtime: member.claim.runtime };
    const late =
      lateSeconds === undefined
        ? {}
        : {
            agentFaults: [
              `agent ${member.name} was slow: it learned of the measured phase ${lateSeconds.toFixed(3)} s after the first message was due; give its machine less to do, or a shorter way to Redis`,
            ],
          };
    const told = { ...recording, ...place, ...late };
    if (clock === undefined || before.own === undefined || before.other === undefined)
      return { answer: 'phase', recording: told };
    const own = this.#ownAfter.get(order) ?? this.#crew.clock();
    this.#ownAfter.set(order, own);
    const drift = driftBetween({ own: before.own, other: before.other }, { own: await own, other: clock });
    return { answer: 'phase', recording: { ...told, clock: { host: member.name, ...drift } } };
  }
}

/** Waits for an agent's answer for as long as it may take. */
async function inTime<Answer>(
  { name }: Member,
  answer: Promise<Answer>,
  { seconds, signal, otherwise = 'did not answer' }: Patience,
): Promise<Answer> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`agent ${name} ${otherwise} within ${seconds} s; look at its terminal`)),
    seconds * 1e3,
  );
  const onAbort = (): void => late.reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    answer.catch(() => {});
  }
}

const isOf = <Kind extends WorkerAnswer['answer']>(
  answer: WorkerAnswer,
  kind: Kind,
): answer is Extract<WorkerAnswer, { answer: Kind }> => answer.answer === kind;

/**
 * Answer in the place of an agent that was lost during the measured phase: it has recorded nothing, and the trial, to which the others
 * have sent their load to the end, is invalid. Undefined if the trial cannot go on.
 */
function lostPhase(order: WorkerOrder, error: unknown): Extract<WorkerAnswer, { answer: 'phase' }> | undefined {
  const isMeasured = order.order === 'phase' && order.more !== true;
  if (!isMeasured || !(error instanceof AgentLost)) return undefined;
  return { answer: 'phase', recording: { ...nothingRecorded(), agentFaults: [error.message] } };
}

function nothingRecorded(): Recording {
  const none = encode(histogram());
  return {
    due: 0,
    sent: 0,
    unsent: 0,
    onTime: 0,
    delivered: 0,
    duplicated: 0,
    reordered: 0,
    corrupt: 0,
    unexpected: 0,
    returned: 0,
    foreign: 0,
    backlog: 0,
    early: 0,
    errors: {},
    response: none,
    service: none,
    lag: none,
    last: null,
    cpuSeconds: 0,
    rssBytes: 0,
    rssStartBytes: 0,
    seconds: 0,
    loopDelayP99Seconds: 0,
    busy: 0,
  };
}
