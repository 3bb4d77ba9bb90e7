import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secure } from '../security/security.ts';
import { PATIENCE_SECONDS } from '../testing/patience.ts';
import { planTrial, singleTrial } from '../testing/single-trial.ts';
import { subjectNames, subjects } from '../testing/subjects.ts';
import { fitToMachine } from './limits.ts';
import { type Link, loopback, privateLink } from './link.ts';
import { ProcessStage } from './stage.ts';

const SESSIONS = 1_500;
const PORTS = [20_000, 20_999] as const;

let link: Link;
/** Loopback of a namespace, with few ports. */
let local: Link;

beforeAll(async () => {
  link = await privateLink();
  for (const end of [link.generatorEnd, link.serverEnd])
    run(end, `echo ${PORTS.join(' ')} > /proc/sys/net/ipv4/ip_local_port_range`);
  local = { ...loopback(), serverEnd: link.generatorEnd, generatorEnd: link.generatorEnd };
});
afterAll(() => link.close());

function run(end: readonly string[], command: string): string {
  const [program, ...args] = [...end, 'sh', '-e', '-c', command];
  return execFileSync(program!, args, { encoding: 'utf8' });
}

/** Peers of a server's established connections, by their address: `/proc/net/tcp` has both in hexadecimal. */
function clientsOf({ serverEnd }: Link, url: string): Map<string, number> {
  const port = Number(new URL(url.replace(/#.*/, '')).port)
    .toString(16)
    .toUpperCase()
    .padStart(4, '0');
  const found = new Map<string, number>();
  for (const line of run(serverEnd, 'cat /proc/net/tcp').split('\n').slice(1)) {
    const [, here = '', there = '', state] = line.trim().split(/\s+/);
    if (state !== '01' || !here.endsWith(`:${port}`)) continue;
    // On the loopback a client may have the server's port at another address.
    if (there === `0100007F:${port}`) continue;
    const address = (there.slice(0, 8).match(/../g) ?? [])
      .reverse()
      .map((byte) => Number.parseInt(byte, 16))
      .join('.');
    found.set(address, (found.get(address) ?? 0) + 1);
  }
  return found;
}

describe(`${SESSIONS} sessions where an address has ${PORTS[1] - PORTS[0] + 1} ports`, () => {
  test.each([
    // A port that was bound stays taken for a while, so a second trial needs further ones.
    ['the loopback', 'ws', false, 2],
    ['the loopback', 'ws', true, 1],
    ['the private link', 'tcp', true, 1],
  ] as const)('on %s: %s, TLS: %s, in %d trial(s)', async (which, transport, tls, trials) => {
    const over = which === 'the loopback' ? local : link;
    const planned = planTrial(transport, 'idle', { clients: SESSIONS, tls });
    const fitted = fitToMachine([planned], { workers: 1, asked: false }, over, { files: 20_000, ports: 1_000 });
    if (!('ways' in fitted)) throw new Error(fitted.problems.join());
    const { ways } = fitted;
    const hosts = [over.host, ...ways.map((way) => way.host ?? over.host)];
    const security = await secure({ tls, auth: null }, hosts);
    for (let round = 0; round < trials; round++) {
      await using stage = await ProcessStage.open(planned, singleTrial({ link: over, ways, security }));
      await stage.openSessions(SESSIONS, 32);
      const clients = clientsOf(over, stage.url);
      expect([...clients.keys()].toSorted()).toEqual(ways.map(({ source }) => source).toSorted());
      expect([...clients.values()].reduce((sum, one) => sum + one)).toBe(SESSIONS);
    }
  });
});

test('so many sessions fit at a server that a command starts on the private link', async () => {
  const echo = fileURLToPath(new URL('../testing/servers/own-echo.ts', import.meta.url));
  const exec = `'${process.execPath}' '${echo}' HOST PORT`;
  const planned = planTrial('ws', 'idle', { clients: SESSIONS, target: 'ws://HOST:PORT/', exec });
  const fitted = fitToMachine([planned], { workers: 1, asked: false }, link, { files: 20_000, ports: 1_000 });
  if (!('ways' in fitted)) throw new Error(fitted.problems.join());
  await using stage = await ProcessStage.open(planned, singleTrial({ link, ways: fitted.ways }));
  await stage.openSessions(SESSIONS, 32);
  const clients = clientsOf(link, stage.url);
  expect([...clients.keys()].toSorted()).toEqual(fitted.ways.map(({ source }) => source).toSorted());
});

describe.concurrent('on a private link a route chooses the source address of each session', async () => {
  const unavailable = new Map((await subjects()).map((subject) => [subject.name, subject.unavailable]));

  test.for(subjectNames().filter((name) => !name.includes(':')))('%s', async (name, { skip }) => {
    const why = unavailable.get(name);
    if (why !== undefined) skip(why);
    const planned = planTrial(name, 'echo', { clients: 8 });
    await using stage = await ProcessStage.open(planned, singleTrial({ link, ways: link.ways }));
    await stage.openSessions(8, 8);
    const { delivered, sent } = await stage.phase({ first: 0, rate: 80, seconds: 0.2, drainSeconds: PATIENCE_SECONDS });
    expect({ delivered, sent }).toEqual({ delivered: 16, sent: 16 });
    if (planned.entry.sharesSocket) return;
    const wanted = link.ways.map(({ source }) => source).toSorted();
    expect([...clientsOf(link, stage.url).keys()].toSorted()).toEqual(wanted);
  });
});
