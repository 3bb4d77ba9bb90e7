import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { everyParty, PartyKit, refusalOf } from '../../checks/security/testing/parties.ts';
import { errorText } from '../../error-text.ts';
import { makeIdentity } from '../../security/identity.ts';
import { wirebench } from '../../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-serve-'));
const before = getCACertificates('default');
afterEach(() => setDefaultCACertificates(before));
afterAll(() => rmSync(folder, { recursive: true }));

const parties = await everyParty();
const [ws] = parties.filter(({ name }) => name === 'ws');
const { certificate, key } = await makeIdentity(['127.0.0.1']);
const { key: strangersKey } = await makeIdentity([]);
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const cert = file('cert.pem', certificate);
const keyFile = file('key.pem', key);

/** Serves until the test has seen enough; resolves with the output. */
async function serving<Result>(
  args: readonly string[],
  use: (printed: { stdout: string; stderr: string }) => Promise<Result>,
): Promise<Result> {
  const interruption = new AbortController();
  const served = Promise.withResolvers<{ stdout: string; stderr: string }>();
  const ended = wirebench(['serve', ...args], {
    interrupted: interruption.signal,
    onWrite: (written) => {
      // All lines are written at once, and this one is not the last.
      if (written.stderr.includes('Ctrl-C stops it.')) setImmediate(served.resolve, written);
    },
  });
  try {
    const early = ended.then(({ stderr }) => Promise.reject(new Error(`serve ended: ${stderr}`)));
    return await use(await Promise.race([served.promise, early]));
  } finally {
    interruption.abort();
    expect((await ended).code).toBe(0);
  }
}

describe('serve', () => {
  test.for(parties.filter(({ variant }) => variant === null))(
    'serves $name over TLS to who trusts the printed certificate and brings the printed token',
    async (party, { skip }) => {
      if (party.unavailable !== undefined) skip(party.unavailable);
      await serving([party.name, '--tls', '--auth', 'ES256', '--json'], async ({ stdout }) => {
        await using kit = new PartyKit();
        const printed = JSON.parse(stdout);
        expect(printed).toEqual({
          url: expect.stringMatching(/^\w+s:\/\/127\.0\.0\.1:\d+/),
          token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
          certificate: expect.stringMatching(/^-----BEGIN CERTIFICATE-----/),
          effective: expect.objectContaining({ compression: false }),
        });
        expect(stdout).not.toContain('PRIVATE KEY');
        const { url, token } = printed;
        await refusalOf(kit.join(party, url, { token }));
        setDefaultCACertificates([printed.certificate]);
        expect(errorText(await refusalOf(kit.join(party, url, { token: 'garbage' })))).toMatch(party.unauthorized);
        expect(await (await kit.join(party, url, { token })).echo('hello')).toBe('hello');
      });
    },
  );

  test.each([
    ['graphql:sse', 'graphql:sse (over Server-Sent Events + POST)'],
    ['ws:deflate', 'ws:deflate (permessage-deflate with context takeover)'],
    ['graphql', 'GraphQL over WebSocket'],
  ])('names %s as what it is', (name, title) =>
    serving([name], async ({ stderr }) => {
      expect(stderr.startsWith(`${title} is served at http`) || stderr.startsWith(`${title} is served at ws`)).toBe(
        true,
      );
    }),
  );

  test('without --json prints the address and below it the token', () =>
    serving(['ws', '--auth', 'HS256'], async ({ stdout, stderr }) => {
      await using kit = new PartyKit();
      const [url = '', token = '', ...rest] = stdout.split('\n');
      expect(rest).toEqual(['']);
      expect(stderr).toMatch(
        /The second line is a token, valid for an hour; docs\/security\.md says where to send it\./,
      );
      expect(stderr).not.toContain(token);
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
      expect(claims.exp - Date.now() / 1e3).toBeGreaterThan(3_500);
      expect(claims.exp - Date.now() / 1e3).toBeLessThan(3_700);
      expect(await (await kit.join(ws!, url, { token })).echo('hello')).toBe('hello');
    }));

  test('uses the certificate that --cert and --key name', () =>
    serving(['ws', '--cert', cert, '--key', keyFile, '--json'], async ({ stdout }) => {
      await using kit = new PartyKit();
      setDefaultCACertificates([certificate]);
      const { url, token, certificate: printed } = JSON.parse(stdout);
      expect({ token, printed }).toEqual({ token: undefined, printed: certificate });
      expect(url).toMatch(/^wss:/);
      expect(await (await kit.join(ws!, url)).echo('hello')).toBe('hello');
    }));

  test('--origin admits only pages of these origins', () =>
    serving(['ws', '--origin', 'https://app.example, http://localhost:3000'], async ({ stdout }) => {
      const url = stdout.trim();
      const answer = (origin?: string): Promise<unknown> =>
        new Promise((resolve) => {
          const socket = new WebSocket(url, origin === undefined ? {} : { origin });
          socket.on('open', () => {
            socket.close();
            resolve(101);
          });
          socket.on('unexpected-response', (request, { statusCode }) => {
            request.destroy();
            resolve(statusCode);
          });
          socket.on('error', () => {});
        });
      expect(await answer('https://app.example')).toBe(101);
      expect(await answer('http://localhost:3000')).toBe(101);
      expect(await answer('https://app.example.evil.example')).toBe(403);
      expect(await answer()).toBe(403);
    }));

  test('every problem is reported at once, before anything is served', async () => {
    const flags = ['--port', '1.5', '--auth', 'RS256', '--origin', 'app.example,*', '--cert', cert];
    const { code, stdout, stderr } = await wirebench(['serve', 'wss', ...flags]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(6);
    for (const words of [
      '"ws"?',
      '"1.5"',
      'HS256, ES256, not "RS256"',
      '"app.example"',
      '"*"',
      'both --cert and --key',
    ])
      expect(stderr).toContain(words);
  });

  test.each([
    [['--auth', 'hs256'], /--auth takes HS256, ES256, not "hs256", did you mean "HS256"\?/],
    [['--auth', 'none'], /--auth takes HS256, ES256, not "none"/],
    [['--origin', ''], /--origin takes origins such as https:\/\/app\.example, not ""/],
    [['--origin', 'null'], /--origin takes origins .*, not "null"/],
    [['--origin', 'https://app.example/'], /--origin takes origins .*, not "https:\/\/app\.example\/"/],
    [['--origin', 'HTTPS://app.example'], /--origin takes origins/],
    [['--key', keyFile], /give both --cert and --key, or neither/],
    [['--cert', join(folder, 'none.pem'), '--key', keyFile], /--cert, --key: .*ENOENT.*none\.pem/],
    [['--cert', keyFile, '--key', cert], /--cert, --key: /],
    [['--cert', cert, '--key', file('other.pem', strangersKey)], /--cert, --key: /],
    [['--cert', file('empty.pem', ''), '--key', keyFile], /--cert, --key: /],
  ])('%j ends with exit code 2 and says why', async (flags, words) => {
    const { code, stdout, stderr } = await wirebench(['serve', 'ws', ...flags]);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/\n +at /);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
