import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newRunId } from '../../load/run-id.ts';
import type { Recorded } from '../../networks/protocol.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { rttSecondsOf } from '../../scenarios/shared/network.ts';
import { secure } from '../../security/security.ts';
import { usualPort } from '../../transports/index.ts';
import type { RelayedLink } from '../network/relayed-link.ts';
import { ProcessStage } from '../stage.ts';
import { variablesFor } from '../variables.ts';
import type { Phase } from './groups.ts';

/** Exchange of one session, as the relay between client and server saw it. */
export interface CapturedExchange extends Recorded {
  readonly phases: readonly Phase[];
  /** TLS secrets of both sides in the format of SSLKEYLOGFILE; empty if no connection of Node’s was encrypted. */
  readonly keyLog: string;
  /** Numbers of the messages, from 1, whose echo did not come. */
  readonly lost: readonly number[];
  /** Address that the client dialled. */
  readonly url: string;
}

export interface ExchangeSettings {
  readonly link: RelayedLink;
  /** Number of messages that are sent, one after another. */
  readonly count: number;
  readonly seed: number;
  /** Environment of this process, parts of which its children get. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Largest size of a recording: the relay keeps it in memory. */
export const MAX_RECORDED_BYTES = 16 << 20;
/** Silence after which no packet of a phase is under way: TCP delays an acknowledgement by 40 ms. */
const QUIET_MS = 100;
/** Maximum number of times that the silence is waited for: a transport that polls never has one. */
const MAX_WAITS = 5;
/** Time in which a message is sent, and that in which its echo comes, on a link without delay. */
const SEND_SECONDS = 10;
const ECHO_SECONDS = 3;

/**
 * Opens one session through the relay, sends messages one after another, each when the echo of the one before has come, and closes the
 * session. Server and load worker are processes of their own, as in a measurement; the server listens on the protocol’s usual port, by
 * which readers of captures know it. Rejects if the session cannot be opened, and with the signal’s reason when that aborts.
 */
export async function captureExchange(
  planned: PlannedCase,
  { link, count, seed, environment, signal }: ExchangeSettings,
): Promise<CapturedExchange> {
  const { tls, auth } = planned;
  const hosts = [link.host, ...link.ways.flatMap(({ host }) => host ?? [])];
  const folder = mkdtempSync(join(tmpdir(), 'wirebench-capture-'));
  try {
    const keyFile = join(folder, 'keys');
    const { passed } = variablesFor(environment);
    await link.record(MAX_RECORDED_BYTES);
    await using stage = await ProcessStage.open(planned, {
      seed,
      runId: newRunId(),
      workers: 1,
      pinning: undefined,
      link,
      port: usualPort(planned, tls),
      ways: link.ways,
      variables: { passed: tls ? { ...passed, NODE_OPTIONS: keyLogging(keyFile) } : passed },
      security: await secure({ tls, auth }, hosts),
      signal,
    });
    const roundTripSeconds = rttSecondsOf(planned);
    const phases: Phase[] = [{ name: 'handshake', from: 0, isMessage: false }];
    const begin = async (name: string, isMessage: boolean): Promise<void> => {
      await untilQuiet(link, QUIET_MS + roundTripSeconds * 1e3, signal);
      phases.push({ name, from: await link.recorded(), isMessage });
    };
    await stage.openSessions(1, 1);
    const lost: number[] = [];
    for (let number = 1; number <= count; number++) {
      await begin(`message ${number}`, true);
      const drainSeconds = ECHO_SECONDS + roundTripSeconds;
      const loop = { first: number - 1, seconds: SEND_SECONDS, maxMessages: 1, drainSeconds };
      const { delivered } = await stage.closed(loop);
      if (delivered === 0) lost.push(number);
    }
    await begin('goodbye', false);
    await stage.closeSessions();
    await untilQuiet(link, QUIET_MS + roundTripSeconds * 1e3, signal);
    const recorded = await link.frames();
    return { ...recorded, phases, keyLog: tls ? readKeys(keyFile) : '', lost, url: stage.url };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Options of Node.js by which a process writes the secrets of all its TLS connections to a file, and does not warn of that. */
const keyLogging = (file: string): string =>
  `--tls-keylog="${file.replaceAll(/["\\]/g, '\\$&')}" --disable-warning=Warning`;

/** Lines of a key log, each once: both sides of a connection write the same. */
function readKeys(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // No TLS connection of Node's was made.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
  return [...new Set(text.split('\n'))]
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('');
}

/** Waits until no frame has come for a while. */
async function untilQuiet(link: RelayedLink, quietMs: number, signal: AbortSignal): Promise<void> {
  let before = await link.recorded();
  for (let waits = 0; waits < MAX_WAITS; waits++) {
    await sleep(quietMs, undefined, { signal });
    const now = await link.recorded();
    if (now === before) return;
    before = now;
  }
}
