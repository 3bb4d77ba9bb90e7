import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { TokenRules } from '../../../contract.ts';

type Algorithm = TokenRules['algorithm'];
type Json = Readonly<Record<string, unknown>>;
/** Signs the part of a token before its second dot. */
type Signer = (input: string) => Buffer;

export interface BadToken {
  readonly what: string;
  readonly token: string | undefined;
  /** True if the client's library or a limit of the protocol may refuse it before the server's own check; any reason is accepted. */
  readonly stoppedEarly?: true;
}

/** Token rules of a server, good tokens for them, and bad ones of every kind known to have deceived some server. */
export interface Forge {
  readonly rules: TokenRules;
  /** Makes a valid token. @param lifeSeconds from now; may have a fraction */
  good(subject: string, lifeSeconds?: number): string;
  /** Unusual tokens that have to be admitted. */
  readonly unusual: readonly { readonly what: string; readonly token: string }[];
  readonly bad: readonly BadToken[];
}

const ISSUER = 'https://issuer.example';
const AUDIENCE = 'https://audience.example';

/** Makes rules and tokens with Node's own cryptography, independent of the library that is tested. */
export function openForge(algorithm: Algorithm): Forge {
  const secret = randomBytes(32);
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicJwk = pair.publicKey.export({ format: 'jwk' });
  const key = algorithm === 'HS256' ? { kty: 'oct', k: secret.toString('base64url') } : { kty: 'EC', ...publicJwk };

  const ours: Record<Algorithm, Signer> = { HS256: hmac(secret), ES256: ecdsa(pair.privateKey) };
  const theirs: Record<Algorithm, Signer> = { HS256: hmac(randomBytes(32)), ES256: ecdsa(stranger.privateKey) };
  const other: Algorithm = algorithm === 'HS256' ? 'ES256' : 'HS256';
  const header = { alg: algorithm };
  const now = Date.now() / 1e3;
  const claims = { sub: 'somebody', iss: ISSUER, aud: AUDIENCE, iat: Math.floor(now), exp: Math.floor(now) + 3_600 };
  const make = (changed: Json = {}, head: Json = header, signer = ours[algorithm]): string =>
    token(head, { ...claims, ...changed }, signer);
  const headed = (more: Json): string => make({}, { ...header, ...more });

  const whole = make();
  const [head = '', payload = '', signature = ''] = whole.split('.');
  const flipped = Buffer.from(signature, 'base64url');
  flipped[7]! ^= 1;
  const tampered = encode({ ...claims, sub: 'administrator' });
  const spki = pair.publicKey.export({ type: 'spki', format: 'pem' });
  const strangerJwk = stranger.publicKey.export({ format: 'jwk' });

  return {
    rules: { algorithm, key, issuer: ISSUER, audience: AUDIENCE },
    good: (subject, lifeSeconds = 3_600) => make({ sub: subject, exp: Date.now() / 1e3 + lifeSeconds }),
    unusual: [
      { what: 'several audiences, ours among them', token: make({ aud: ['elsewhere', AUDIENCE] }) },
      { what: 'a header that names a key, which we do not follow', token: headed({ kid: '../../dev/null' }) },
      { what: 'claims that we do not know', token: make({ role: 'reader', nested: { a: [1, null] } }) },
    ],
    bad: [
      { what: 'none', token: undefined },
      { what: 'empty', token: '' },
      { what: 'garbage', token: 'garbage' },
      { what: 'only dots', token: '..' },
      { what: 'two parts', token: `${head}.${payload}` },
      { what: 'four parts', token: `${whole}.${signature}` },
      { what: 'five parts, as an encrypted one has', token: `${whole}.${signature}.${signature}` },
      { what: 'no JSON inside', token: signed(`${encode('{')}.${encode('{')}`, ours[algorithm]) },
      { what: 'a payload that is a list', token: signed(`${head}.${encode([])}`, ours[algorithm]) },
      { what: 'payload tampered with', token: `${head}.${tampered}.${signature}` },
      { what: 'signature tampered with', token: `${head}.${payload}.${flipped.toString('base64url')}` },
      { what: 'signature left out', token: `${head}.${payload}.` },
      { what: 'signature cut short', token: `${head}.${payload}.${signature.slice(0, 20)}` },
      { what: 'signature of zeros', token: `${head}.${payload}.${encode(Buffer.alloc(64))}` },
      ...['none', 'None', 'NONE', 'nOnE', ''].map((alg) => ({
        what: `alg "${alg}"`,
        token: `${encode({ alg })}.${payload}.`,
      })),
      { what: 'alg none, with a signature', token: `${encode({ alg: 'none' })}.${payload}.${signature}` },
      { what: 'no alg', token: make({}, { typ: 'JWT' }) },
      { what: 'several algs', token: make({}, { alg: [algorithm] }) },
      { what: 'the public key, as PEM, for a secret', token: make({}, { alg: 'HS256' }, hmac(spki)) },
      { what: 'the public key, as JWK, for a secret', token: make({}, { alg: 'HS256' }, hmac(JSON.stringify(key))) },
      {
        what: 'the public key, as bytes, for a secret',
        token: make({}, { alg: 'HS256' }, hmac(createPublicKey(spki).export({ type: 'spki', format: 'der' }))),
      },
      { what: 'an empty secret', token: make({}, { alg: 'HS256' }, hmac('')) },
      { what: 'another key', token: make({}, header, theirs[algorithm]) },
      { what: 'the other algorithm, our key for it', token: make({}, { alg: other }, ours[other]) },
      { what: 'the other algorithm, our alg', token: make({}, header, ours[other]) },
      { what: 'expired an hour ago', token: make({ exp: now - 3_600 }) },
      { what: 'expired a second ago', token: make({ exp: now - 1 }) },
      { what: 'expired in 1970', token: make({ exp: 0 }) },
      { what: 'not valid yet', token: make({ nbf: now + 3_600 }) },
      { what: 'no expiry', token: make({ exp: undefined }) },
      { what: 'an expiry that is text', token: make({ exp: '9999999999' }) },
      { what: 'an expiry that is null', token: make({ exp: null }) },
      { what: 'another issuer', token: make({ iss: `${ISSUER}.evil.example` }) },
      { what: 'no issuer', token: make({ iss: undefined }) },
      { what: 'another audience', token: make({ aud: `${AUDIENCE}/` }) },
      { what: 'no audience', token: make({ aud: [] }) },
      { what: 'no subject', token: make({ sub: undefined }) },
      { what: 'an empty subject', token: make({ sub: '' }) },
      { what: 'a subject that is no text', token: make({ sub: { $ne: null } }) },
      { what: 'good, but of 9 KB', token: make({ padding: 'x'.repeat(6_500) }), stoppedEarly: true },
      { what: 'good, but of 100 KB', token: make({ padding: 'x'.repeat(75_000) }), stoppedEarly: true },
      { what: 'a kid that names a file, signed with what is in it', token: headedBy({ kid: '/dev/null' }, hmac('')) },
      { what: 'a kid with SQL in it', token: headedBy({ kid: "x' UNION SELECT 'secret" }, hmac('secret')) },
      { what: 'a key of its own', token: headedBy({ alg: 'ES256', jwk: strangerJwk }, theirs.ES256) },
      { what: 'a jku', token: headedBy({ alg: 'ES256', jku: 'https://evil.example/jwks' }, theirs.ES256) },
      { what: 'an x5u', token: headedBy({ alg: 'ES256', x5u: 'https://evil.example/crt' }, theirs.ES256) },
      { what: 'a critical header that nobody knows', token: headed({ crit: ['unheard-of'], 'unheard-of': true }) },
      { what: 'an empty list of critical headers', token: headed({ crit: [] }) },
      { what: 'a payload that is not encoded', token: headed({ crit: ['b64'], b64: false }) },
      { what: 'good, and a line feed', token: `${whole}\n`, stoppedEarly: true },
      { what: 'good, and a null byte', token: `${whole}\0`, stoppedEarly: true },
      { what: 'good, with a blank in its signature', token: `${whole.slice(0, -5)} ${whole.slice(-5)}` },
      {
        what: 'good, with a tab in its signature',
        token: `${whole.slice(0, -5)}\t${whole.slice(-5)}`,
        stoppedEarly: true,
      },
      { what: 'good, with padding', token: `${whole}=` },
      { what: 'good, twice', token: `${whole},${whole}` },
    ],
  };

  function headedBy(more: Json, signer: Signer): string {
    return make({}, { alg: 'HS256', ...more }, signer);
  }
}

const hmac =
  (secret: Buffer | string): Signer =>
  (input) =>
    createHmac('sha256', secret).update(input).digest();

const ecdsa =
  (key: KeyObject): Signer =>
  (input) =>
    sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });

function encode(part: string | Buffer | object): string {
  const plain = typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part);
  return Buffer.from(plain).toString('base64url');
}

const signed = (input: string, signer: Signer): string => `${input}.${encode(signer(input))}`;

const token = (header: Json, claims: Json, signer: Signer): string =>
  signed(`${encode(header)}.${encode(claims)}`, signer);
