import type { Message, Receiver, Session } from '../../../bench/contract.ts';
import type { ConnectionSettings } from '../connection.ts';

/** Attempt to connect, which the test lets succeed or fail. */
export interface Attempt {
  readonly receiver: Receiver;
  readonly signal: AbortSignal;
  readonly resume: string | undefined;
  /** Lets it succeed. @param token what the session says to resume by */
  succeed(token?: () => string | undefined): ScriptedSession;
  fail(reason: string): void;
}

/** Session that keeps what is sent. */
export class ScriptedSession implements Session {
  readonly sent: Message[] = [];
  closed = 0;
  /** Error with which sending fails. */
  refusal: Error | undefined;
  readonly resumeToken: () => string | undefined;

  constructor(token: () => string | undefined) {
    this.resumeToken = token;
  }

  readonly send = (message: Message): void => {
    if (this.refusal !== undefined) throw this.refusal;
    this.sent.push(message);
  };

  async close(): Promise<void> {
    this.closed++;
  }
}

/** Client whose attempts a test plays. */
export class ScriptedClient {
  readonly attempts: Attempt[] = [];

  /** Attempt that began last. */
  get latest(): Attempt {
    const latest = this.attempts.at(-1);
    if (latest === undefined) throw new Error('no attempt has begun');
    return latest;
  }

  readonly open: ConnectionSettings['open'] = (receiver, { signal, resume }) => {
    const opening = Promise.withResolvers<Session>();
    this.attempts.push({
      receiver,
      signal,
      resume,
      succeed(token = () => undefined) {
        const session = new ScriptedSession(token);
        opening.resolve(session);
        return session;
      },
      fail: (reason) => opening.reject(new Error(reason)),
    });
    return opening.promise;
  };
}
