import { fileURLToPath } from 'node:url';
import { platformFrom } from '../../../clients/platform/node.ts';
import type { Listener, ServerModule } from '../../contract.ts';
import { errorText } from '../../error-text.ts';
import { serveIpc } from '../../ipc.ts';
import { Child } from '../../run/child.ts';
import { findTransport } from '../../transports/index.ts';
import { conforming } from './conforming.ts';
import { ConformanceKit } from './harness.ts';
import { networkChecks } from './network-checks.ts';
import type { NetworkServerAnswer, NetworkServerOrder } from './network-server.ts';

/** Order to the process at the clients' end of a link, which checks a transport. */
export interface DriverOrder {
  readonly order: 'check';
  /** Transport or variant. */
  readonly name: string;
  /** Address that servers listen on. */
  readonly host: string;
  /** Source address of all sessions. */
  readonly source: string;
  /** Command prefix that makes a process of this one's run at the server's end. */
  readonly serverEnd: readonly string[];
}

export interface DriverAnswer {
  readonly answer: 'checked';
  /** Observations of the checks that passed. */
  readonly seen: readonly string[];
  /** Checks that failed, with the reasons. */
  readonly failures: readonly string[];
}

const PATIENCE = { seconds: 60, signal: new AbortController().signal };
const serverFile = fileURLToPath(new URL('network-server.ts', import.meta.url));

/** Module whose servers listen in another process. */
function remote(name: string, host: string, server: Child<NetworkServerOrder, NetworkServerAnswer>): ServerModule {
  return {
    async listen(_, settings): Promise<Listener> {
      const order = { order: 'listen', name, settings: { ...settings, host } } as const;
      const { url, effective } = await server.ask(order, 'listening', PATIENCE);
      let closing: Promise<void> | undefined;
      return {
        url,
        effective,
        async broadcast(message) {
          await server.ask({ order: 'publish', url, text: String(message) }, 'done', PATIENCE);
        },
        close() {
          closing ??= server.ask({ order: 'close', url }, 'done', PATIENCE).then(() => {});
          return closing;
        },
      };
    },
  };
}

serveIpc(async ({ name, host, source, serverEnd }: DriverOrder): Promise<DriverAnswer> => {
  const choice = findTransport(name);
  if (choice === undefined) throw new Error(`there is no transport ${name}`);
  const settings = { core: undefined, end: serverEnd };
  await using server = new Child<NetworkServerOrder, NetworkServerAnswer>('the server', serverFile, settings);
  const { subject } = await conforming(choice);
  const over = { ...subject, server: remote(name, host, server), platform: platformFrom(source) };
  const seen: string[] = [];
  const failures: string[] = [];
  for (const check of networkChecks) {
    try {
      await using kit = new ConformanceKit(over);
      seen.push(await check.run(kit));
    } catch (error) {
      failures.push(`${check.name}: ${errorText(error)}`);
    }
  }
  return { answer: 'checked', seen, failures };
});
