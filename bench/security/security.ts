import type { ServerSettings, TokenRules } from '../contract.ts';
import { makeIdentity } from './identity.ts';
import { makeMint } from './tokens.ts';

/** Certificate and tokens with which both sides of a run trust each other. Made for the run and stored nowhere. */
export interface Security {
  readonly server: Pick<ServerSettings, 'identity' | 'tokens'>;
  readonly client: { readonly authority?: string; readonly token?: string };
}

/** Validity of the token: longer than any run. */
const TOKEN_SECONDS = 7 * 86_400;

/** Makes certificate and tokens for a run. @param hosts names and addresses that clients will connect to */
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

/** Security of a case whose connections are not encrypted: the tokens alone. */
export function withoutTls({ server: { tokens }, client: { token } }: Security): Security {
  return { server: tokens === undefined ? {} : { tokens }, client: token === undefined ? {} : { token } };
}
