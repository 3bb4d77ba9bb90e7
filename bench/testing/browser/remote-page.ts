import { platform } from '../../../clients/platform/browser.ts';
import type { ClientModule, Session } from '../../contract.ts';
import { errorText } from '../../error-text.ts';
import {
  type Carried,
  type CarriedSettings,
  type Connected,
  carry,
  type RemoteInterface,
  TELL,
  type Telling,
  type Told,
  uncarried,
} from './remote-protocol.ts';

declare global {
  var remote: RemoteInterface | undefined;
}

/** Opens sessions with a client in this page for a test outside, and tells it what they receive. */
export function serveClient(client: ClientModule): void {
  const sessions = new Map<number, Session>();
  const aborting = new Map<number, AbortController>();
  const tellText = Reflect.get(globalThis, TELL) as (text: string) => void;
  /** Sessions whose `close` has been called here. */
  const closed = new Set<number>();
  /** Returns what aborts a session's `connect`, which may be aborted before it is called here. */
  const controllerOf = (session: number): AbortController => {
    const controller = aborting.get(session) ?? new AbortController();
    aborting.set(session, controller);
    return controller;
  };
  const tell = (session: number, told: Told): void => {
    const token = sessions.get(session)?.resumeToken?.();
    const isClosed = closed.has(session);
    const telling: Telling = { ...told, session, isClosed, ...(token === undefined ? {} : { token }) };
    tellText(JSON.stringify(telling));
  };
  const open = async (session: number, url: string, settings: CarriedSettings): Promise<Connected> => {
    const { signal } = controllerOf(session);
    try {
      const opened = await client.connect(
        url,
        {
          message: (message) => tell(session, { what: 'message', message: carry(message) }),
          unreadable: ({ kind, length, head }) => tell(session, { what: 'unreadable', kind, length, head }),
          lost: (reason) => tell(session, { what: 'lost', reason: errorText(reason) }),
          interrupted: (reason) => tell(session, { what: 'interrupted', reason: errorText(reason) }),
          attempting: () => tell(session, { what: 'attempting' }),
          resumed: ({ replayed }) => tell(session, { what: 'resumed', replayed }),
        },
        { ...settings, platform, signal },
      );
      sessions.set(session, opened);
      const token = opened.resumeToken?.();
      return token === undefined ? {} : { token };
    } catch (error) {
      return { failed: errorText(error) };
    }
  };
  const sendOne = async (session: number, message: Carried): Promise<string | null> => {
    try {
      await sessions.get(session)?.send(uncarried(message));
      return null;
    } catch (error) {
      return errorText(error);
    }
  };
  globalThis.remote = {
    connect: async (session, url, settings) => JSON.stringify(await open(session, url, JSON.parse(settings))),
    abort: (session, reason) => controllerOf(session).abort(new Error(reason)),
    async send(session, messages) {
      const sent = (JSON.parse(messages) as Carried[]).map((message) => sendOne(session, message));
      return JSON.stringify(await Promise.all(sent));
    },
    async close(session) {
      closed.add(session);
      await sessions.get(session)?.close();
    },
  };
}
