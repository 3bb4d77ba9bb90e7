import type { WorkerAnswer, WorkerOrder } from '../../load/protocol.ts';
import type { Recording } from '../../load/recording.ts';
import { inBrowserOf, type TransportChoice } from '../../transports/index.ts';
import type { Patience } from '../child.ts';
import type { LoadProcess, LoadWorker, LoadWorkerSettings, LoadWorkers } from '../load-workers.ts';
import { type PageScript, pageScripts } from './bundle.ts';
import { Chromium } from './chromium.ts';
import { openPage, type Page } from './page.ts';
import { removeStaleProfiles } from './profiles.ts';
import { type BrowserUsage, processesOf, usageOf } from './tree.ts';

/** Browser of a run: which program, and the scripts that its pages run. */
export interface Browser {
  readonly path: string;
  readonly script: PageScript;
}

/** Time in which the use of the browser's processes is read and an order reaches its pages. */
const LEAD_NS = 400e6;

/** Longest time in which a browser starts, and in addition opens one page. On an idle machine both take a third of a second. */
const [START_SECONDS, PAGE_SECONDS] = [60, 10];

/** Returns the browser of a run. Removes what an earlier run that was killed has left. @param path program */
export function browserOf(path: string): Browser {
  removeStaleProfiles();
  return { path, script: pageScripts() };
}

/** Number of pages that a case's sessions are dealt to: each has a browser context of its own. */
export function pagesFor(choice: TransportChoice, clients: number): number {
  const use = inBrowserOf(choice);
  return use.speaks === 'never' ? 1 : Math.ceil(clients / use.sessionsPerContext);
}

export interface BrowserCase {
  readonly choice: TransportChoice;
  /** Certificate of the server, as PEM. Absent: no TLS. */
  readonly certificate?: string | undefined;
}

/** Returns what starts load workers that are pages of one browser, which has no other work. */
export const browserWorkers =
  (browser: Browser, one: BrowserCase) =>
  (settings: LoadWorkerSettings): LoadWorkers =>
    new BrowserWorkers(browser, one, settings);

class BrowserWorkers implements LoadWorkers {
  readonly all: readonly LoadWorker[];
  readonly leadNs = LEAD_NS;
  readonly #browser: Browser;
  readonly #case: BrowserCase;
  readonly #settings: LoadWorkerSettings;
  #pages: readonly Page[] = [];
  #chromium: Chromium | undefined;
  #processes: readonly LoadProcess[] = [];
  #starting: Promise<void> | undefined;

  constructor(browser: Browser, one: BrowserCase, settings: LoadWorkerSettings) {
    this.#browser = browser;
    this.#case = one;
    this.#settings = settings;
    this.all = Array.from({ length: settings.workers }, (_, index) => ({
      ask: (order, kind, patience) => this.#ask(index, order, kind, patience),
    }));
  }

  /** Starts the browser and opens a page for each worker at the server's origin. */
  async reach(url: string, signal: AbortSignal): Promise<void> {
    const late = new AbortController();
    const { workers } = this.#settings;
    const seconds = START_SECONDS + workers * PAGE_SECONDS;
    const timer = setTimeout(
      () => late.abort(new Error(`the browser did not start within ${seconds} s`)),
      seconds * 1e3,
    );
    this.#starting = this.#start(url, AbortSignal.any([signal, late.signal]));
    try {
      await this.#starting;
    } finally {
      clearTimeout(timer);
    }
  }

  async #start(url: string, signal: AbortSignal): Promise<void> {
    const { cores, end, variables, workers } = this.#settings;
    const { choice, certificate } = this.#case;
    const origin = originOf(url);
    const script = await this.#browser.script(choice);
    const pinned = cores === undefined ? undefined : [...new Set(cores)].join(',');
    const { path } = this.#browser;
    const chromium = await Chromium.start({ path, origin, certificate, cores: pinned, end, variables }, signal);
    this.#chromium = chromium;
    const { devTools } = chromium;
    this.#pages = await devTools.failingWith(signal, () =>
      Promise.all(Array.from({ length: workers }, () => openPage(devTools, origin, script))),
    );
    this.#processes = chromium.guardPid === undefined ? [] : processesOf(chromium.guardPid);
  }

  processes(): readonly LoadProcess[] {
    return this.#processes;
  }

  /** Freezes all pages, as a browser does with tabs in the background, or lets them go on. */
  async freeze(frozen: boolean): Promise<void> {
    await Promise.all(this.#pages.map((page) => page.freeze(frozen)));
  }

  /** Adds the use of the browser's processes, which its pages do not see. */
  async metered(work: () => Promise<Recording>): Promise<Recording> {
    const before = this.#usage();
    const beganMs = performance.now();
    const recording = await work();
    const seconds = (performance.now() - beganMs) / 1e3;
    const used = usedBetween(before, this.#usage(), this.#processes);
    const runtime = this.#chromium?.runtime ?? '';
    const renderers = used.filter(({ role }) => role === 'renderer').map(({ cpuSeconds }) => cpuSeconds);
    return {
      ...recording,
      cpuSeconds: sum(used.map(({ cpuSeconds }) => cpuSeconds)),
      rssBytes: sum(used.map(({ memoryBytes }) => memoryBytes)),
      rssStartBytes: sum(before.map(({ memoryBytes }) => memoryBytes)),
      // A page's messages share one thread, and a renderer has hardly more.
      busy: seconds > 0 ? Math.min(1, Math.max(0, ...renderers) / seconds) : 0,
      workers: used.map(({ role, cpuSeconds, memoryBytes }) => ({ role, runtime, cpuSeconds, rssBytes: memoryBytes })),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A start that is under way ends with the signal that ended the trial, or with its time.
    await this.#starting?.catch(() => {});
    await this.#chromium?.[Symbol.asyncDispose]();
  }

  #usage(): BrowserUsage[] {
    const pid = this.#chromium?.guardPid;
    return pid === undefined ? [] : usageOf(pid);
  }

  async #ask<Kind extends WorkerAnswer['answer']>(
    index: number,
    order: WorkerOrder,
    kind: Kind,
    { seconds, signal, otherwise = 'did not answer' }: Patience,
  ): Promise<Extract<WorkerAnswer, { answer: Kind }>> {
    signal.throwIfAborted();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`the page ${otherwise} within ${seconds} s`)), seconds * 1e3);
    const abort = (): void => late.reject(signal.reason);
    signal.addEventListener('abort', abort);
    try {
      const answer = await Promise.race([this.#answer(index, order), late.promise]);
      if (!isOf(answer, kind)) throw new Error(`the page answered ${answer.answer}`);
      return answer;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  async #answer(index: number, order: WorkerOrder): Promise<WorkerAnswer> {
    const page = this.#pages[index];
    if (page === undefined) throw new Error('the browser has not been started');
    if (order.order !== 'memory') return page.ask(order);
    await page.collect();
    // The processes belong to all pages together.
    const bytes = index > 0 ? 0 : sum(this.#usage().map(({ memoryBytes }) => memoryBytes));
    return { answer: 'memory', rssBytes: bytes };
  }
}

/** Use between two readings, in the order of the known processes; that of younger ones is added to the first. */
export function usedBetween(
  before: readonly BrowserUsage[],
  after: readonly BrowserUsage[],
  known: readonly LoadProcess[],
): readonly BrowserUsage[] {
  const earlier = new Map(before.map((one) => [one.pid, one]));
  const used = after.map((one) => ({
    ...one,
    cpuSeconds: Math.max(0, one.cpuSeconds - (earlier.get(one.pid)?.cpuSeconds ?? 0)),
  }));
  const young = used.filter(({ pid }) => !known.some((one) => one.pid === pid));
  return known.map(({ pid = 0, role }, index) => {
    const own = used.filter((one) => one.pid === pid);
    const all = index === 0 ? [...own, ...young] : own;
    return {
      pid,
      role,
      cpuSeconds: sum(all.map(({ cpuSeconds }) => cpuSeconds)),
      memoryBytes: sum(all.map(({ memoryBytes }) => memoryBytes)),
    };
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const isOf = <Kind extends WorkerAnswer['answer']>(
  answer: WorkerAnswer,
  kind: Kind,
): answer is Extract<WorkerAnswer, { answer: Kind }> => answer.answer === kind;

/** Origin of a page that may use the server at an address without asking: `ws:` and `http:` become `http:`, encrypted ones `https:`. */
export function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${/^(?:wss|https):$/.test(protocol) ? 'https' : 'http'}://${host}`;
}
