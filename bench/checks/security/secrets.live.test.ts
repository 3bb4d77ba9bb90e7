import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { errorText } from '../../error-text.ts';
import { parseResults } from '../../results/file.ts';
import { runTrial } from '../../run/trial.ts';
import { scenarios } from '../../scenarios/index.ts';
import { endStarted, start, until } from '../../testing/command.ts';
import { childrenOf } from '../../testing/processes.ts';
import { singleTrial } from '../../testing/single-trial.ts';
import { unavailable } from '../../testing/unavailable.ts';
import type { TransportEntry } from '../../transports/index.ts';
import { openForge } from './testing/forge.ts';
import { everyParty, PartyKit, refusalOf } from './testing/parties.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-secrets-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const parties = await everyParty();
const usable = parties.filter((party) => party.unavailable === undefined);
const { rules, good } = openForge('ES256');
const stranger = openForge('ES256');
const token = good('somebody');

/** Matches tokens, keys and the places where they stand. A token needs its first dot, because base64 data in a page may begin like one. */
const SECRETS = /eyJ[\w-]{8,}\.|access_token=(?!\[)|bearer eyJ|PRIVATE KEY|"kty"|"k":/i;

/** All text of an error that a person or file could show: message, stack, and those of its causes. */
function shownOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${errorText(error)} ${error} ${error.stack} ${shownOf(error.cause)}`;
}

test('what looks like a secret is found', () => {
  for (const one of [token, `ws://a/?access_token=${token}`, `Bearer ${token}`, JSON.stringify(rules.key)]) {
    expect(one).toMatch(SECRETS);
  }
});

/** Answers of other programs that may listen where a server is expected. */
const WRONG_SERVERS: Readonly<Record<string, string>> = {
  'says nothing and hangs up': '',
  'speaks something else': '\x05garbage\r\n\r\n',
  'has an error': 'HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops',
  'sends elsewhere': 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n',
  'breaks off': 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 400\r\n\r\nda',
};

describe.each(parties)('$name says nothing of the token', (party) => {
  unavailable(party.unavailable);

  test.each(Object.entries(WRONG_SERVERS))('when the server %s', async (_, answer) => {
    await using kit = new PartyKit();
    const { url } = await kit.serve(party, { tokens: rules });
    const sockets = new Set<Socket>();
    const impostor = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('data', () => socket.end(answer, 'latin1'));
    });
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve));
    kit.defer(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => impostor.close(resolve));
    });
    const address = impostor.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const wrong = url.replace(/:\d+/, `:${port}`);
    const shown = shownOf(await refusalOf(kit.join(party, wrong, { token })));
    expect(shown).not.toMatch(SECRETS);
  });

  test('when it is refused, when nobody listens, and when the session is lost', async () => {
    await using kit = new PartyKit();
    const listener = await kit.serve(party, { tokens: rules });
    const peer = await kit.join(party, listener.url, { token });
    const refused = await refusalOf(kit.join(party, listener.url, { token: stranger.good('somebody') }));
    await listener.close();
    const lost = await peer.isLost();
    const unsent = await refusalOf(peer.send('too late'));
    const nobody = await refusalOf(kit.join(party, listener.url, { token }));
    for (const error of [refused, lost, unsent, nobody]) expect(shownOf(error)).not.toMatch(SECRETS);
  });
});

describe('a library that tells tokens', () => {
  for (const side of ['servers', 'clients']) mkdirSync(join(folder, side));
  writeFileSync(
    join(folder, 'servers', 'leaky.ts'),
    `export async function listen(_application, { options }) {
      if (options.where === 'server') throw new Error('cannot serve ${token}');
      if (options.where === 'stderr') { console.error('${'many words '.repeat(300)} Bearer ${token}'); process.exit(1); }
      return { url: 'leaky://here', broadcast() {}, effective: {}, async close() {} };
    }`,
  );
  writeFileSync(
    join(folder, 'clients', 'leaky.ts'),
    `export async function connect(url, receiver, { options, token }) {
      const fail = () => { throw new Error('failed at ' + url + '?access_' + 'token=' + token); };
      if (options.where === 'connect') fail();
      if (options.where === 'lost') setTimeout(() => { try { fail(); } catch (error) { receiver.lost(error); } }, 50);
      if (options.where === 'crash') setTimeout(fail, 50);
      return { send: options.where === 'send' ? fail : () => {}, async close() {} };
    }`,
  );
  const entry: TransportEntry = {
    id: 'leaky',
    title: 'Leaky',
    family: 'other',
    browser: false,
    variants: [],
    capabilities: { binary: false, ordered: true, reliable: true, upstream: 'connection' },
    root: pathToFileURL(`${folder}/`).href,
  };
  const scenario = scenarios.find(({ kind }) => kind.id === 'load')!;
  const shape = {
    clients: 1,
    rate: 100,
    size: 64,
    encoding: 'text',
    payload: 'filler',
    tls: false,
    target: null,
  } as const;

  test.each(['server', 'stderr', 'connect', 'lost', 'send', 'crash'])('finds none in results: %s', async (where) => {
    const variant = { id: where, title: where, options: { where } };
    const names = { id: 'leaky', name: 'leaky', entry, variant, label: null };
    const planned = { ...names, scenario, ...shape, auth: 'ES256', seconds: 0.2 } as const;
    const security = { server: { tokens: rules }, client: { token } };
    const { trial } = await runTrial(planned, singleTrial({ security }));
    const kept = JSON.stringify(trial);
    expect(kept).toContain('[token]');
    expect(kept).not.toMatch(SECRETS);
  });
});

describe('a whole run', () => {
  const measured = ['--scenarios', 'echo', '--clients', '3', '--rate', '100', '--warmup', '0', '--trials', '1'];
  const guarded = [...measured, '--tls', '--auth'];

  unavailable(usable.length === 0 ? parties[0]?.unavailable : undefined);

  test('of every transport over TLS with tokens is sound, and keeps them to itself', async () => {
    const out = join(folder, 'whole');
    const names = usable.filter(({ variant }) => variant === null).map(({ name }) => name);
    const args = ['run', '--transports', names.join(','), ...guarded, 'ES256', '--duration', '0.2', '--out', out];
    const { code, stdout, stderr } = await start(args).ended;
    // A busy machine may make a trial invalid, but nothing may be lost and no trial may fail.
    expect([0, 13]).toContain(code);
    const results = readFileSync(join(out, 'results.json'), 'utf8');
    const { cases } = parseResults(results, 'results');
    expect(cases.map(({ transport }) => transport).toSorted()).toEqual(names.toSorted());
    for (const { trials } of cases) expect(trials).toMatchObject([{ messages: { due: 20, delivered: 20, lost: 0 } }]);
    for (const text of [stdout, stderr, results, readFileSync(join(out, 'report.html'), 'utf8')]) {
      expect(text.match(SECRETS)?.[0]).toBeUndefined();
    }
  });

  test('that loses its server keeps them too', async () => {
    const out = join(folder, 'lost');
    const names = usable.map(({ name }) => name).slice(0, 3);
    const args = ['run', '--transports', names.join(','), ...guarded, 'HS256', '--duration', '2', '--out', out];
    const { child, ended } = start(args);
    const killed = new Set<number>();
    let over = false;
    void ended.then(() => {
      over = true;
    });
    while (killed.size < names.length) {
      let pid: number | undefined;
      await until(() => {
        pid = childrenOf(child.pid).find((one) => one.command.includes('servers/main.ts') && !killed.has(one.pid))?.pid;
        return pid !== undefined || over;
      });
      if (pid === undefined) break;
      killed.add(pid);
      process.kill(pid, 'SIGKILL');
    }
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(14);
    const results = readFileSync(join(out, 'results.json'), 'utf8');
    const trials = parseResults(results, 'results').cases.flatMap((one) => one.trials);
    expect(trials.map(({ state }) => state)).toEqual(names.map(() => 'failed'));
    for (const text of [stdout, stderr, results, readFileSync(join(out, 'report.html'), 'utf8')]) {
      expect(text.match(SECRETS)?.[0]).toBeUndefined();
    }
  });
});
