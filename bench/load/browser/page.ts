import { platform } from '../../../clients/platform/browser.ts';
import type { ClientModule } from '../../contract.ts';
import { errorText } from '../../error-text.ts';
import { Follower } from '../orders.ts';
import type { ProbeOrder, WorkerOrder } from '../protocol.ts';
import type { PageAnswer, PageInterface } from './protocol.ts';
import { pageRuntime } from './runtime.ts';

declare global {
  var wirebench: PageInterface | undefined;
}

/** Makes this page a load worker with one client. What goes wrong in the client's listeners is an error of the trial. */
export function servePage(client: ClientModule): void {
  let follower: Follower | undefined;
  const failed = (error: unknown): void => follower?.load?.fail(error);
  addEventListener('error', ({ error, message }) => failed(error ?? new Error(message)));
  addEventListener('unhandledrejection', ({ reason }) => failed(reason));
  const answer = async (order: string): Promise<PageAnswer> => {
    try {
      if (follower === undefined) throw new Error('the page has not begun');
      return await follower.follow(JSON.parse(order) as Exclude<WorkerOrder, ProbeOrder>);
    } catch (error) {
      return { answer: 'failed', reason: errorText(error) };
    }
  };
  globalThis.wirebench = {
    begin(zeroNs) {
      follower = new Follower({
        runtime: pageRuntime(BigInt(zeroNs)),
        // A browser chooses the source address.
        platformFrom: () => platform,
        loadClient: async () => client,
        // The browser was told to trust the certificate when it was started.
        trust: () => {},
        // A page does not see its connections: the address and the browser decide whether they are encrypted.
        whyUnexpected: () => undefined,
        protocols: () => [],
        memory: () => unseen('memory'),
        bytes: () => unseen('bytes of its connections'),
      });
    },
    ask: async (order) => JSON.stringify(await answer(order)),
  };
}

/** Throws: the run reads from outside what a page does not see. */
function unseen(what: string): never {
  throw new Error(`a page does not see the ${what}`);
}
