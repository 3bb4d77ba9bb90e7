import { spawn } from 'node:child_process';
import { platform } from '../../../clients/platform/node.ts';
import type { ClientModule, Options, Session } from '../../contract.ts';
import { serveIpc } from '../../ipc.ts';
import { PATIENCE_MS } from '../../testing/patience.ts';

/**
 * Orders to a process that opens one ordinary session and is then stopped by SIGSTOP: whatever its protocol, it reads nothing,
 * answers nothing and closes nothing. It continues by itself if no SIGCONT comes.
 */
export type FrozenOrder =
  | {
      readonly order: 'open';
      /** URL of the client module. */
      readonly module: string;
      readonly url: string;
      readonly options: Options;
      readonly token: string;
    }
  /** `wakeSeconds` is the longest time in which the process learns, once it continues, that its session is over. */
  | { readonly order: 'freeze'; readonly seconds: number; readonly wakeSeconds: number };

export type FrozenAnswer =
  | { readonly answer: 'connected' }
  /** Reason that the session was lost, as reported after the process continued; null if it was not lost. */
  | { readonly answer: 'thawed'; readonly lost: string | null };

let session: Session | undefined;
const lost = Promise.withResolvers<string>();

async function handle(order: FrozenOrder): Promise<FrozenAnswer> {
  if (order.order === 'open') {
    const { module, url, options, token } = order;
    const client: ClientModule = await import(module);
    const receiver = { message() {}, unreadable() {}, lost: ({ message }: Error) => lost.resolve(message) };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    session = await client.connect(url, receiver, { options, encoding: 'text', platform, token, signal });
    return { answer: 'connected' };
  }
  await stopFor(order.seconds);
  const alive = new Promise<null>((resolve) => setTimeout(resolve, order.wakeSeconds * 1e3, null));
  return { answer: 'thawed', lost: await Promise.race([lost.promise, alive]) };
}

/** Stops this process for so many seconds, or until SIGCONT; resolves once it continues. */
function stopFor(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    const alarm = spawn('sh', ['-c', `sleep ${seconds}; kill -CONT ${process.pid}`], {
      stdio: 'ignore',
      detached: true,
    });
    alarm.once('spawn', () => {
      process.kill(process.pid, 'SIGSTOP');
      // The process has continued.
      process.kill(-alarm.pid!);
      resolve();
    });
  });
}

process.on('SIGTERM', () => {
  void session?.close();
  process.exit(0);
});
serveIpc(handle);
