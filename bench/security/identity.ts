import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { generate } from 'selfsigned';
import type { Identity } from '../contract.ts';

/** Validity of a certificate. WebTransport allows at most fourteen days for one that is pinned by its hash. */
const DAYS = 10;
const DAY_MS = 86_400_000;
/** Names and addresses of the machine itself. */
const HERE = ['localhost', '127.0.0.1', '::1'];

/**
 * Makes a certificate for these names and addresses, which is stored nowhere: ECDSA on P-256, self-signed, so that a client that
 * trusts it trusts no other.
 */
export async function makeIdentity(hosts: readonly string[], always: readonly string[] = HERE): Promise<Identity> {
  const names = [...new Set([...hosts, ...always])];
  // One hour in the past, because another machine's clock may be slow.
  const notBeforeDate = new Date(Date.now() - 3_600_000);
  // A unique name: among authorities with the same name, a client may try the wrong one.
  const value = `wirebench ${randomBytes(6).toString('hex')}`;
  const { cert, private: key } = await generate([{ name: 'commonName', value }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate: new Date(notBeforeDate.getTime() + DAYS * DAY_MS),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: names.map((host) => (isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host })),
      },
    ],
  });
  return { certificate: cert, key };
}
