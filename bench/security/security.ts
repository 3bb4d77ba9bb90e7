import type { ServerSettings, TokenRules } from '../contract.ts';
import { makeIdentity } from './identity.ts';
import { makeMint } from './tokens.ts';

/** What both sides of a run need to trust one another. Made for the run and kept nowhere. */
export interface Security {
  readonly server: Pick<ServerSettings, 'identity' | 'tokens'>;
  readonly client: { readonly authority?: string; readonly token?: string };
}

/** Longer than any run. */
const TOKEN_SECONDS = 7 * 86_400;

/** @param hosts what the clients will dial */
export async function secure(
  { tls, auth }: { tls: boolean; auth: TokenRules['algorithm'] | null },
  hosts: readonly string[],
): Promise<Security> {
  const identity = tls ? await makeIdentity(hosts) : undefined;
  const mint = auth === null ? undefined : await makeMint(auth);
  return {
    server: {
      ...(identity === undefined ? {} : { identity }),
      ...(mint === undefined ? {} : { tokens: mint.rules }),
    },
    client: {
      ...(identity === undefined ? {} : { authority: identity.certificate }),
      ...(mint === undefined ? {} : { token: await mint.issue('load', TOKEN_SECONDS) }),
    },
  };
}
