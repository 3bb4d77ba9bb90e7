import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { tailOf } from '../child.ts';
import { whyNotStarted } from '../machine/programs.ts';
import { descendantsOf, readProcess } from '../process-tree.ts';
import { DevTools, textIn } from './devtools.ts';
import { makeProfile, removeProfile } from './profiles.ts';

export interface ChromiumSettings {
  /** Path of the program. */
  readonly path: string;
  /** Origin of the pages, `http://HOST:PORT`, which counts as secure. */
  readonly origin: string;
  /** Certificate of the server, as PEM, which is trusted whatever names it has. Absent: no TLS. */
  readonly certificate?: string | undefined;
  /** Cores in the notation of `taskset`; undefined to leave the choice to the system. */
  readonly cores?: string | undefined;
  /** Command prefix that makes it run at an end of the link. */
  readonly end?: readonly string[] | undefined;
  /** Environment of measured processes, of which it gets the search path and the language. */
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined;
}

const STDERR_CHARACTERS = 1_000;
/** Longest wait for what a browser says at its end. */
const LAST_WORDS_MS = 200;
/** Longest wait for processes that were killed. */
const GONE_MS = 5_000;
const POLL_MS = 10;

/**
 * Features that are off. The last three belong to the browser's own window, which every context has although nobody sees it: with them, a
 * second process for each page loads what the address bar may show, and takes more CPU time than the page.
 */
const DISABLED_FEATURES = [
  'MediaRouter',
  'OptimizationHints',
  'SpareRendererForSitePerProcess',
  'Translate',
  'WebRtcHideLocalIpsWithMdns',
  'PreloadTopChromeWebUI',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxPopup',
];

/** Settings that keep the browser from work of its own, on the network too, and from slowing a page that nobody looks at. */
const FLAGS = [
  '--headless',
  // Only pages of ours are opened, and inside a user namespace there is no sandbox to be had.
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--no-startup-window',
  '--no-default-browser-check',
  '--no-proxy-server',
  '--no-pings',
  '--disable-background-networking',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-breakpad',
  '--disable-crash-reporter',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-extensions',
  `--disable-features=${DISABLED_FEATURES.join(',')}`,
  '--disable-field-trial-config',
  '--disable-hang-monitor',
  '--disable-ipc-flooding-protection',
  '--disable-sync',
  '--metrics-recording-only',
  '--mute-audio',
  '--password-store=basic',
  '--use-mock-keychain',
  '--webtransport-developer-mode',
];

/**
 * Guard of the browser: a shell that removes the profile, its first argument, once the browser has ended. A browser ends when its pipe
 * closes, so that nothing is left however this process ends.
 */
const GUARD = '"$@" & exec 3<&- 4>&-; wait; rm -rf -- "$0"';

/** Running browser with Chromium's engine and a fresh profile. To dispose of it ends all its processes and removes the profile. */
export class Chromium implements AsyncDisposable {
  readonly devTools: DevTools;
  readonly #guard: ChildProcess;
  readonly #profile: string;
  #stderr = '';
  #version = '';

  /** Starts a browser. Rejects with a reason that can be shown. */
  static async start(settings: ChromiumSettings, signal: AbortSignal): Promise<Chromium> {
    const browser = new Chromium(settings);
    try {
      const version = await browser.devTools.failingWith(signal, () => browser.devTools.send('Browser.getVersion'));
      browser.#version = textIn(version, 'product').replace(/^.*\//, '');
      return browser;
    } catch (error) {
      await browser[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor({ path, origin, certificate, cores, end = [], variables = {} }: ChromiumSettings) {
    this.#profile = makeProfile();
    const bound = cores === undefined ? [] : ['taskset', '-c', cores];
    const trusted =
      certificate === undefined ? [] : [`--ignore-certificate-errors-spki-list=${keyDigest(certificate)}`];
    const [program, ...args] = [
      ...end,
      ...bound,
      ...['sh', '-c', GUARD, this.#profile],
      path,
      ...FLAGS,
      ...trusted,
      `--unsafely-treat-insecure-origin-as-secure=${origin}`,
      `--user-data-dir=${join(this.#profile, 'profile')}`,
      '--remote-debugging-pipe',
    ];
    const { PATH, LANG } = variables;
    const guard = spawn(program!, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C reaches only this process, which then ends the browser.
      detached: true,
      env: { PATH, LANG, HOME: this.#profile, TMPDIR: this.#profile },
    });
    this.#guard = guard;
    const [, , stderr, commands, answers] = guard.stdio;
    (stderr as Readable).setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = tailOf(this.#stderr + text, STDERR_CHARACTERS);
    });
    this.devTools = new DevTools(commands as Writable, answers as Readable);
    guard.once('error', (error) => this.#failed(`could not be started: ${whyNotStarted(error)}`));
    guard.once('exit', async (code, by) => {
      // Its last words may arrive later, and a browser that outlives its guard keeps the pipe open.
      await Promise.race([once(guard, 'close'), sleep(LAST_WORDS_MS)]);
      this.#failed(by === null ? `ended with code ${code}` : `was ended by ${by}`);
    });
  }

  /** Process that all others of the browser descend from, and that is none of the browser's own. */
  get guardPid(): number | undefined {
    return this.#guard.pid;
  }

  /** Name and version: `chromium 140.0.7339.16`. */
  get runtime(): string {
    return `chromium ${this.#version}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.devTools.fail(new Error('the browser was closed'));
    const { pid } = this.#guard;
    if (pid !== undefined) {
      const others = descendantsOf(pid).map((one) => one.pid);
      for (const target of [-pid, ...others]) kill(target);
      if (this.#guard.exitCode === null && this.#guard.signalCode === null) await once(this.#guard, 'exit');
      const lastMs = performance.now() + GONE_MS;
      while (others.some(isRunning) && performance.now() < lastMs) await sleep(POLL_MS);
    }
    removeProfile(this.#profile);
  }

  #failed(how: string): void {
    const said = this.#stderr.trim();
    this.devTools.fail(new Error(`the browser ${how}${said === '' ? '' : `; it said: ${said}`}`));
  }
}

/** Digest of the public key of a certificate, as the browser's list of trusted keys has it. */
function keyDigest(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

/** Kills a process, or a group if the number is negative, if it still runs. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** True unless a process has ended; one that nobody has waited for yet has. */
function isRunning(pid: number): boolean {
  const read = readProcess(pid);
  return read !== undefined && !read.isZombie;
}
