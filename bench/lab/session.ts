import { randomUUID } from 'node:crypto';
import { errorText } from '../error-text.ts';
import { effectsOf, readNetwork } from '../networks/network.ts';
import { NO_NETWORK } from '../results/dimensions.ts';
import type { Environment, Results } from '../results/schema.ts';
import type { Mint } from '../security/tokens.ts';
import { findTransport, type TransportChoice } from '../transports/index.ts';
import type { LaneWindow, PathCut } from './kept/case.ts';
import { labResults, NOTHING_TO_KEEP } from './kept/results.ts';
import { Journal } from './lanes/journal.ts';
import { type LaneSurroundings, type OpenLane, openLane } from './lanes/lane.ts';
import type { CutOrder, InForce, KeepOrder, LabEvent, RunOrder, StartedRun, WindowOrder } from './protocol.ts';
import { Path } from './proxy/path.ts';
import { Refused } from './requests.ts';

/** Validity of the tokens that sessions bring, in seconds. */
const TOKEN_SECONDS = 12 * 3_600;

/** Maker of networks and cuts besides the lab's own path: the relay between namespaces. */
export interface OuterPath {
  begin(network: string): Promise<void>;
  cut(on: boolean): Promise<void>;
  reset(): Promise<void>;
}

export interface SessionSettings {
  /** Transports that may be chosen. */
  readonly offered: readonly string[];
  readonly around: Omit<LaneSurroundings, 'path' | 'tokens'>;
  /** Issues the tokens of sessions. Absent: they need none. */
  readonly mint?: Mint | undefined;
  readonly environment: Environment;
  readonly inForce: InForce;
  /** Absent: the proxies make networks and cuts. */
  readonly outer?: OuterPath | undefined;
  readonly event: (event: LabEvent) => void;
}

/** A run that has begun. */
interface Run {
  readonly id: string;
  readonly order: RunOrder;
  readonly lanes: ReadonlyMap<string, OpenLane>;
  readonly journal: Journal;
  readonly windows: Map<string, Partial<LaneWindow> & Pick<LaneWindow, 'choice'>>;
  readonly cuts: PathCut[];
  readonly startedAt: Date;
}

/** Work of the lab: at most one run at a time, with the servers, proxies and cuts that belong to it. */
export class LabSession implements AsyncDisposable {
  readonly #settings: SessionSettings;
  readonly #path = new Path();
  #run: Run | undefined;
  #running = false;
  #cutTimer: NodeJS.Timeout | undefined;
  /** Orders run one after another, so that a start never meets the end of the run before. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(settings: SessionSettings) {
    this.#settings = settings;
  }

  /** Ends the run before, and starts the servers and proxies of a new one. Throws `Refused` with every problem. */
  start(order: RunOrder): Promise<StartedRun> {
    return this.#inTurn(async () => {
      const choices = this.#choicesOf(order);
      await this.#end();
      await this.#network(order.network);
      const journal = new Journal();
      const { around, mint } = this.#settings;
      const opening = choices.map(async ({ name, choice }) => {
        const settings = { ...around, path: this.#path, tokens: mint?.rules };
        return [name, await openLane(choice, journal.watch(name), settings)] as const;
      });
      const opened = await Promise.allSettled(opening);
      const lanes = new Map(opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
      const failures = opened.flatMap((one, at) =>
        one.status === 'rejected' ? [`${choices[at]?.name} could not be served: ${errorText(one.reason)}`] : [],
      );
      this.#running = true;
      const windows = new Map([...lanes].map(([name, { choice }]) => [name, { choice }]));
      this.#run = { id: randomUUID(), order, lanes, journal, windows, cuts: [], startedAt: new Date() };
      if (failures.length > 0) {
        await this.#end();
        this.#run = undefined;
        throw new Refused(503, failures.join('; '));
      }
      const token = (await mint?.issue('lab', TOKEN_SECONDS)) ?? null;
      return { run: this.#run.id, lanes: [...lanes].map(([name, { url }]) => ({ name, url, token })) };
    });
  }

  /** Reads the counters of a lane's server, at the begin or the end of what is measured. */
  async window({ run, transport, at }: WindowOrder): Promise<void> {
    const { lanes, windows } = this.#current(run);
    const lane = lanes.get(transport);
    const window = windows.get(transport);
    if (lane === undefined || window === undefined) throw new Refused(404, `this run has no ${transport}`);
    const usage = await lane.usage();
    if (at === 'end') return void windows.set(transport, { ...window, end: usage });
    const { effective, rssIdleBytes } = lane;
    windows.set(transport, {
      ...window,
      effective: { ...effective },
      rssIdleBytes,
      begin: usage,
      startedAt: new Date().toISOString(),
    });
  }

  /** Cuts the path for a time. A further cut replaces the one before. */
  async cut({ kind, seconds }: CutOrder): Promise<void> {
    const { outer, event } = this.#settings;
    clearTimeout(this.#cutTimer);
    if (outer === undefined) this.#path.cut(kind);
    else if (kind === 'reset') await outer.reset();
    if (outer !== undefined) await outer.cut(true);
    const run = this.#running ? this.#run : undefined;
    run?.cuts.push({ kind, fromSeconds: (Date.now() - run.startedAt.getTime()) / 1e3, seconds });
    event({ type: 'cut', kind, seconds });
    this.#cutTimer = setTimeout(() => void this.#back(), seconds * 1e3);
  }

  /** Ends the run. What it measured can still be kept. */
  stop(run: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#current(run);
      await this.#end();
    });
  }

  /** Makes the results of the newest run from what the page has measured. */
  results(order: KeepOrder): Results {
    const { windows, cuts, startedAt, order: run } = this.#current(order.run);
    const { environment, inForce, mint } = this.#settings;
    const whole = [...windows].flatMap(([name, window]) => (isWhole(window) ? [[name, window] as const] : []));
    const kept = new Map(whole);
    if (!order.lanes.some(({ transport }) => kept.has(transport))) throw new Refused(409, NOTHING_TO_KEEP);
    return labResults(
      {
        order: run,
        windows: kept,
        cuts,
        startedAt: startedAt.toISOString(),
        finishedAt: new Date().toISOString(),
        environment,
        inForce,
        tokens: mint !== undefined,
      },
      order,
    );
  }

  /** Bytes and frames since the last call; undefined if nothing runs. */
  traffic(): LabEvent | undefined {
    if (this.#run === undefined || !this.#running) return undefined;
    const { journal } = this.#run;
    return { type: 'traffic', lanes: journal.traffic(), frames: journal.takeFrames() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(() => this.#end());
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  #current(id: string): Run {
    if (this.#run === undefined || this.#run.id !== id)
      throw new Refused(409, 'this run is over: another page has started a new one');
    return this.#run;
  }

  #choicesOf({ transports, network }: RunOrder): { readonly name: string; readonly choice: TransportChoice }[] {
    const { offered } = this.#settings;
    const names = [...new Set(transports)];
    const problems = names.filter((name) => !offered.includes(name)).map((name) => `the lab does not offer ${name}`);
    const read = network === NO_NETWORK ? undefined : readNetwork(network);
    if (read !== undefined && 'problems' in read) problems.push(...read.problems);
    if (problems.length > 0) throw new Refused(400, problems.join('; '));
    return names.flatMap((name) => {
      const choice = findTransport(name);
      return choice === undefined ? [] : [{ name, choice }];
    });
  }

  async #network(id: string): Promise<void> {
    const { outer } = this.#settings;
    if (outer !== undefined) return outer.begin(id);
    const read = id === NO_NETWORK ? undefined : readNetwork(id);
    this.#path.effects = read !== undefined && 'network' in read ? effectsOf(read.network) : null;
  }

  async #back(): Promise<void> {
    clearTimeout(this.#cutTimer);
    this.#cutTimer = undefined;
    this.#path.back();
    await this.#settings.outer?.cut(false);
    this.#settings.event({ type: 'back' });
  }

  async #end(): Promise<void> {
    if (this.#cutTimer !== undefined) await this.#back();
    if (!this.#running) return;
    this.#running = false;
    await Promise.all([...(this.#run?.lanes.values() ?? [])].map((lane) => lane.close()));
  }
}

function isWhole(window: Partial<LaneWindow>): window is LaneWindow {
  return window.begin !== undefined && window.end !== undefined;
}
