import { platform } from '../../../../clients/platform/node.ts';
import type { ClientModule, Listener, Platform, ReplayLog, ServerModule, ServerSettings } from '../../../contract.ts';
import { usualLimits } from '../../../limits.ts';
import { Kit, type Peer, within } from '../../../testing/kit.ts';
import { type Subject, subjects } from '../../../testing/subjects.ts';
import { capabilitiesOf, loadClient, loadServer, optionsOf, surfaceOf } from '../../../transports/index.ts';

/** Transport or variant under test, with its modules. */
export interface Party extends Subject {
  readonly server: ServerModule;
  readonly client: ClientModule;
  /** True if its client runs in browsers. */
  readonly browser: boolean;
  /** Matches the reason for which a session without a valid token is refused. */
  readonly unauthorized: RegExp;
}

/** Every subject that checks tokens, including those that this machine cannot run: tests report them as unavailable. */
export async function everyParty(): Promise<readonly Party[]> {
  const asking = (await subjects()).filter((subject) => capabilitiesOf(subject).auth === true);
  return Promise.all(
    asking.map(async (subject) => {
      const { name, entry, variant } = subject;
      const [server, client] = await Promise.all([loadServer(entry), loadClient(entry)]);
      const unauthorized = surfaceOf(subject)?.refusals.unauthorized;
      if (unauthorized === undefined) throw new Error(`${name} does not declare how it refuses a bad token`);
      return {
        ...subject,
        server,
        client,
        browser: (variant?.browser ?? entry.browser) !== false,
        unauthorized,
      };
    }),
  );
}

type Guarded = Partial<Pick<ServerSettings, 'host' | 'identity' | 'tokens' | 'origins'>> & { readonly log?: ReplayLog };

/** Servers and sessions of one test. They are closed when the test ends. */
export class PartyKit extends Kit {
  serve(party: Party, guarded: Guarded = {}): Promise<Listener> {
    // A short time to authenticate, because a session that never sends a token waits for all of it before it is refused.
    const limits = { ...usualLimits(1 << 20), handshakeMs: 2_000 };
    return this.listen(party.server, { options: optionsOf(party), limits, ...guarded });
  }

  /** Opens a session. @param peer also gets what arrives in a session that is refused in the end */
  join(party: Party, url: string, { token, resume, peer, surroundings = platform }: Opening = {}): Promise<Peer> {
    const settings = {
      options: optionsOf(party),
      platform: surroundings,
      ...(token === undefined ? {} : { token }),
      ...(resume === undefined ? {} : { resume }),
    };
    const connecting = this.connect(party.client, url, settings, peer);
    return within(connecting, 'the session to open');
  }
}

interface Opening {
  readonly token?: string | undefined;
  readonly resume?: string;
  readonly peer?: Peer | undefined;
  readonly surroundings?: Platform;
}

/** Resolves with the reason that a promise rejects with; rejects if it resolves. */
export async function refusalOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => ({ refused: false }) as const,
    (error: unknown) => ({ refused: true, error }) as const,
  );
  if (!outcome.refused) throw new Error('the session was not refused');
  return outcome.error;
}
