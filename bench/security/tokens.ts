import { exportJWK, generateKeyPair, generateSecret, SignJWT } from 'jose';
import type { TokenRules } from '../contract.ts';

const ISSUER = 'wirebench';
const AUDIENCE = 'wirebench';

export interface Mint {
  /** Rules with which a server checks the tokens. */
  readonly rules: TokenRules;
  /** Issues a token for `subject` that is valid for `seconds` from now; a negative number makes an expired one. */
  issue(subject: string, seconds: number): Promise<string>;
}

/** Makes a key, which is stored nowhere, and signs tokens with it. */
export async function makeMint(algorithm: TokenRules['algorithm']): Promise<Mint> {
  const { sign, check } = await keysFor(algorithm);
  const { kty, ...parameters } = await exportJWK(check);
  const key = { kty: kty ?? '', ...parameters };
  return {
    rules: { algorithm, key, issuer: ISSUER, audience: AUDIENCE },
    issue(subject, seconds) {
      const now = Math.floor(Date.now() / 1e3);
      return new SignJWT()
        .setProtectedHeader({ alg: algorithm })
        .setSubject(subject)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(Math.min(now, now + seconds))
        .setExpirationTime(now + seconds)
        .sign(sign);
    },
  };
}

async function keysFor(algorithm: TokenRules['algorithm']) {
  if (algorithm === 'HS256') {
    const secret = await generateSecret(algorithm, { extractable: true });
    return { sign: secret, check: secret };
  }
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { sign: privateKey, check: publicKey };
}
