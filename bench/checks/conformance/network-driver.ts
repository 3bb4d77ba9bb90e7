import { platformFrom } from '../../../clients/platform/node.ts';
import { errorText } from '../../error-text.ts';
import { serveIpc } from '../../ipc.ts';
import { findTransport } from '../../transports/index.ts';
import { conforming } from './conforming.ts';
import { ConformanceKit } from './harness.ts';
import { networkChecks } from './network-checks.ts';
import { remote, startRemote } from './remote.ts';

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

serveIpc(async ({ name, host, source, serverEnd }: DriverOrder): Promise<DriverAnswer> => {
  const choice = findTransport(name);
  if (choice === undefined) throw new Error(`there is no transport ${name}`);
  await using server = startRemote({ core: undefined, end: serverEnd });
  const { subject } = await conforming(choice);
  const over = { ...subject, server: remote(name, server, host), platform: platformFrom(source) };
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
