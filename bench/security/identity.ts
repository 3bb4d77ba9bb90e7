import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { generate } from 'selfsigned';
import type { Identity } from '../contract.ts';

/** Short enough for what pins certificates by their hash: WebTransport admits fourteen days at the most. */
const DAYS = 10;
const DAY_MS = 86_400_000;
/** What the machine itself is called, whatever else. */
const HERE = ['localhost', '127.0.0.1', '::1'];

/**
 * A certificate for these names and addresses, made now and kept nowhere: ECDSA on P-256, signed by itself, so that whoever
 * trusts it trusts nothing else.
 */
export async function makeIdentity(hosts: readonly string[], always: readonly string[] = HERE): Promise<Identity> {
  const names = [...new Set([...hosts, ...always])];
  // An hour back: another machine's clock may be behind.
  const notBeforeDate = new Date(Date.now() - 3_600_000);
  // Among authorities of one name the one that is tried is not always the right one.
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
