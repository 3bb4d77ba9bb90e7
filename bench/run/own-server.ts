import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandShown, outputShown } from '../security/redact.ts';
import { withAddress } from '../security/template.ts';
import { tailOf } from './child.ts';
import { LINK_PORTS, type Link } from './link.ts';
import { whyNotStarted } from './machine/programs.ts';
import { descendantsOf, listenersOf, readProcess, residentBytes, type TreeProcess } from './process-tree.ts';

/** Time that a user's server has to listen, and then to end. */
const START_SECONDS = 10;
const STOP_SECONDS = 3;
const POLL_MS = 20;
/** Lines and characters of a server's output that an error quotes. */
const QUOTED_LINES = 10;
const QUOTED_CHARACTERS = 1_500;
/** Variable that marks a server's processes where it has no process namespace of its own. */
const MARK = 'WIREBENCH_SERVER';

/**
 * Shell script that runs the command $1 in the background, reports on descriptor 3, and waits for the end of its input, which comes
 * when this process ends, however it ends. It is the first process of a process namespace, so the kernel then kills every process in
 * there. Without a namespace ($2 is the mark), it kills the marked processes and its own process group.
 */
const SUPERVISE = `
if [ -z "$2" ]; then mount -t proc proc /proc 2>/dev/null; fi
{ if [ -n "$2" ]; then export ${MARK}="$2"; fi; (exec 2>&4 3>&- 4>&-; exec sh -c "$1"); echo "ended $?" >&3; } 4>&2 2>/dev/null &
echo ready >&3
read -r _
[ -n "$2" ] || exit 0
for round in 1 2 3; do
  for file in $(grep -lz "^${MARK}=$2\\$" /proc/[0-9]*/environ 2>/dev/null); do
    id=\${file#/proc/}
    kill -KILL "\${id%/environ}" 2>/dev/null
  done
done
kill -KILL -$$
`;

/** Thrown if a user's server ended before it listened, or did not listen in time. */
export class NeverListened extends Error {}

export interface OwnServerSettings {
  /** Shell command that starts the server. The words HOST and PORT in it stand for the address to listen on. */
  readonly command: string;
  /** Address of the server, with `HOST:PORT` in its place. */
  readonly url: string;
  readonly link: Pick<Link, 'host' | 'serverEnd'>;
  /** Core to pin it to; undefined to leave the choice to the system. */
  readonly core: string | undefined;
  /** True if the port is one of UDP. */
  readonly datagrams: boolean;
  readonly signal: AbortSignal;
  /** Time it has to listen. */
  readonly startSeconds?: number;
}

/** Processes of a user's own server, started by a shell command. None outlives this process. */
export class OwnServer implements AsyncDisposable {
  readonly #settings: OwnServerSettings;
  readonly #child: ChildProcess;
  readonly #mark: string | undefined;
  readonly #ready = Promise.withResolvers<void>();
  /** Resolves with how the command ended. */
  readonly #exit = Promise.withResolvers<string>();
  /** Supervising shell, and its part that waits for the command. */
  #frame: { readonly root: number; readonly waiting: number | undefined } | undefined;
  #output = '';
  #cpuSeconds = 0;
  #stopping = false;
  readonly url: string;
  readonly #port: number;

  /** Starts the command and waits until it listens. Throws `NeverListened` if it does not. */
  static async start(settings: OwnServerSettings): Promise<OwnServer> {
    const server = new OwnServer(settings, await freePort(settings.link));
    try {
      await server.#listening();
      return server;
    } catch (error) {
      await server.end(true);
      throw error;
    }
  }

  private constructor(settings: OwnServerSettings, port: number) {
    const { link, core, command, url } = settings;
    const isContained = link.serverEnd.length > 0;
    this.#settings = settings;
    this.#port = port;
    this.url = withAddress(url, link.host, port);
    this.#mark = isContained ? undefined : randomUUID();
    const [program, ...args] = [
      ...link.serverEnd,
      ...(core === undefined ? [] : ['taskset', '-c', core]),
      ...(isContained ? ['unshare', '--mount', '--pid', '--fork', '--kill-child'] : []),
      ...['sh', '-c', SUPERVISE, 'sh', filledIn(command, link.host, port), this.#mark ?? ''],
    ];
    this.#child = spawn(program!, args, {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, HOST: link.host, PORT: String(port) },
    });
    const { stdin, stdout, stderr, stdio } = this.#child;
    stdin?.on('error', () => {});
    for (const stream of [stdout, stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = tailOf(this.#output + text, 4 * QUOTED_CHARACTERS);
      });
    }
    let reports = '';
    stdio[3]?.on('data', (text: Buffer) => {
      reports += text.toString();
      if (reports.includes('ready')) this.#ready.resolve();
      const [, code] = /ended (\d+)\n/.exec(reports) ?? [];
      if (code !== undefined) this.#exit.resolve(howItEnded(Number(code)));
    });
    this.#child.once('error', (error) => this.#exit.resolve(`could not be started: ${whyNotStarted(error)}`));
    // The output of what the supervisor says, if it could not start, comes before the end of its streams.
    this.#child.once('close', (code) => this.#exit.resolve(`ended with code ${code}`));
  }

  /** Its first process, and the entry of the environment that marks those that left its tree. */
  get tree(): { readonly pid: number | undefined; readonly marker?: string | undefined } {
    return { pid: this.#child.pid, marker: this.#mark && `${MARK}=${this.#mark}` };
  }

  /** CPU time of all its processes since they started, ended ones included. */
  cpuSeconds(): number {
    const frame = this.#frame;
    if (frame === undefined) return 0;
    // Times of ended processes count where they were waited for; those that left the tree are waited for by the supervisor.
    const ended = [frame.root, frame.waiting].map((pid) => (pid && readProcess(pid)?.childrenCpuSeconds) || 0);
    const live = this.#processes().map(({ cpuSeconds }) => cpuSeconds);
    const sum = [...ended, ...live].reduce((total, one) => total + one, 0);
    // A process that nobody waits for takes its times with it.
    this.#cpuSeconds = Math.max(this.#cpuSeconds, sum);
    return this.#cpuSeconds;
  }

  /** Resident bytes of all its processes together. */
  rssBytes(): number {
    return this.#processes().reduce((sum, { pid }) => sum + residentBytes(pid), 0);
  }

  /** Rejects, with how it ended and what it said last, when the command ends without being stopped. Never resolves. */
  async ended(): Promise<never> {
    const how = await this.#exit.promise;
    if (this.#stopping) return new Promise(() => {});
    await this.#allSaid();
    throw new Error(this.#told(`${how}${this.#leftBehind(how)}`));
  }

  /** Asks all processes to end, unless `atOnce`, and kills those that have not done so in time. */
  async end(atOnce: boolean): Promise<void> {
    this.#stopping = true;
    if (!atOnce) {
      for (const { pid } of this.#live()) signalTo(pid, 'SIGTERM');
      const until = performance.now() + STOP_SECONDS * 1e3;
      while (this.#live().length > 0 && performance.now() < until) await sleep(POLL_MS);
    }
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return;
    const gone = once(this.#child, 'exit');
    this.#child.stdin?.destroy();
    await gone;
    // The kernel ends a process namespace before its first process; elsewhere killed processes may take a moment.
    const until = performance.now() + STOP_SECONDS * 1e3;
    const left = (): TreeProcess[] => [...this.#live(), ...liveOf(this.#frame?.waiting)];
    while (this.#mark !== undefined && left().length > 0 && performance.now() < until) {
      for (const { pid } of this.#live()) signalTo(pid, 'SIGKILL');
      await sleep(POLL_MS);
    }
    for (const stream of this.#child.stdio) stream?.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end(true);
  }

  async #listening(): Promise<void> {
    const { signal, link, startSeconds = START_SECONDS } = this.#settings;
    const ended = this.ended().catch((error: Error) => {
      throw new NeverListened(error.message);
    });
    await Promise.race([this.#ready.promise, ended]);
    const started = this.#child.pid!;
    const root = this.#mark === undefined ? (childOf(started) ?? started) : started;
    this.#frame = { root, waiting: childOf(root) };
    const patience = performance.now() + startSeconds * 1e3;
    const isOurs = ({ port }: { port: number }): boolean => port === this.#port;
    while (performance.now() < patience) {
      const bound = listenersOf(root, this.#settings).filter(isOurs);
      if (bound.some(({ address }) => [link.host, '0.0.0.0', '::'].includes(address))) return;
      await Promise.race([sleep(POLL_MS, undefined, { signal }).catch(() => {}), ended]);
      signal.throwIfAborted();
    }
    throw new NeverListened(
      this.#told(`did not listen on ${link.host}:${this.#port} within ${startSeconds} s${this.#elsewhere()}`),
    );
  }

  /** Names the addresses that it listens on instead, with the remedy. */
  #elsewhere(): string {
    const { link } = this.#settings;
    // A namespace of its own has no listeners but the server's; elsewhere only the port tells.
    const bound = listenersOf(this.#frame!.root, this.#settings).filter(
      ({ port }) => this.#mark === undefined || port === this.#port,
    );
    const where = bound.map(({ address, port }) =>
      address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    );
    const remedy = `let it listen on the address in the variables HOST and PORT, or write HOST and PORT into the command`;
    return where.length === 0
      ? `; ${remedy}`
      : `, but on ${[...new Set(where)].join(', ')}; ${remedy} (HOST is ${link.host})`;
  }

  /** Says that the command left processes in the background, which are not the server that can be watched. */
  #leftBehind(how: string): string {
    if (how !== DONE || this.#live().length === 0) return '';
    return ' and left processes in the background; let it stay in the foreground, as `nginx -g "daemon off;"` does';
  }

  /** Processes that have not ended. */
  #live(): TreeProcess[] {
    return this.#processes().filter(({ isZombie }) => !isZombie);
  }

  #processes(): TreeProcess[] {
    const frame = this.#frame;
    if (frame === undefined) return [];
    return descendantsOf(frame.root, this.tree.marker).filter(({ pid }) => pid !== frame.waiting);
  }

  /** Waits for the rest of the output, which may be read after the notice of the end. */
  async #allSaid(): Promise<void> {
    let before: string;
    do {
      before = this.#output;
      // All that can be read is read in one turn of the event loop.
      for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    } while (before !== this.#output);
  }

  #told(what: string): string {
    const said = outputShown(this.#output).trim().split('\n').slice(-QUOTED_LINES).join('\n');
    const quoted = tailOf(said, QUOTED_CHARACTERS);
    return `the server (${commandShown(this.#settings.command)}) ${what}${quoted === '' ? '; it said nothing' : `; it said: ${quoted}`}`;
  }
}

/** The process of this id, if it has not ended. */
function liveOf(pid: number | undefined): TreeProcess[] {
  const found = pid === undefined ? undefined : readProcess(pid);
  return found === undefined || found.isZombie ? [] : [found];
}

/** Process id of the child of a process that has one, or had one. */
const childOf = (parent: number): number | undefined => descendantsOf(parent).find((one) => one.parent === parent)?.pid;

const DONE = 'ended with code 0';

/** A shell reports the end by a signal as 128 and the signal's number. */
function howItEnded(code: number): string {
  const signals: Readonly<Record<number, string>> = { 6: 'SIGABRT', 9: 'SIGKILL', 11: 'SIGSEGV', 15: 'SIGTERM' };
  return code > 128 ? `was ended by ${signals[code - 128] ?? `signal ${code - 128}`}` : `ended with code ${code}`;
}

/** Replaces the words HOST and PORT, but not where a shell or a program reads the variables of these names. */
export function filledIn(text: string, host: string, port: number): string {
  return text.replace(/(?<![\w$.]|\$\{|[[(]["'])(HOST|PORT)(?!\w|\s*=)/g, (_, word) =>
    word === 'HOST' ? host : String(port),
  );
}

/** Number of a port that is free at the server's end. A namespace of its own has no other program that could take it. */
export async function freePort({ host, serverEnd }: OwnServerSettings['link']): Promise<number> {
  if (serverEnd.length > 0) return randomInt(LINK_PORTS[0], LINK_PORTS[1]);
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === 'object' ? address.port : 0;
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}
