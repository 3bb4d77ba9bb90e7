import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyUnmet } from '../testing/needs.ts';
import { planTrial, singleTrial } from '../testing/single-trial.ts';
import { needs } from '../testing/unavailable.ts';
import { countWire, wirePlan } from '../testing/wire-trial.ts';
import { pinCores } from './affinity.ts';
import { type Link, openLink } from './link.ts';
import { runTrial } from './trial.ts';

await needs('privateLink', 'processTable');

const folder = mkdtempSync(join(tmpdir(), 'wirebench-programs-'));
symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
afterAll(() => rmSync(folder, { recursive: true }));

const page = readFileSync(new URL('../../docs/your-own.md', import.meta.url), 'utf8');

/** Writes the block of docs/your-own.md in a language into a file. Throws if there is none. */
function fromPage(language: string, name: string): string {
  const [, code] = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page) ?? [];
  if (code === undefined) throw new Error(`docs/your-own.md has no server in ${language}`);
  const file = join(folder, name);
  writeFileSync(file, code);
  return file;
}

/** Length-prefixed echo of the standard library, with a process for each connection; an empty frame greets it. */
const forking = join(folder, 'forking.py');
writeFileSync(
  forking,
  `import socketserver, struct, sys
class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(bytes(4))
        while head := self.rfile.read(4):
            self.wfile.write(head + self.rfile.read(struct.unpack(">I", head)[0]))
class Server(socketserver.ForkingTCPServer):
    allow_reuse_address = True
Server((sys.argv[1], int(sys.argv[2])), Echo).serve_forever()
`,
);

let link: Link;
beforeAll(async () => {
  link = await openLink('veth');
});
afterAll(() => link.close());

async function equalsFormula(transports: string, exec: string): Promise<void> {
  const { cases } = wirePlan({ transports, size: '64', exec, url: `${transports}://HOST:PORT` });
  const { theory, wire, socket } = await countWire(cases[0]!, link);
  expect(socket).toMatchObject({ up: theory.up, down: theory.down });
  const { packetsUp = 0, packetsDown = 0 } = wire;
  expect(wire.up + wire.down).toBe(theory.up + theory.down + theory.packetBytes * (packetsUp + packetsDown));
}

describe('bytes of a message at a server of docs/your-own.md are those of the formula, at the sockets and on the link', () => {
  test('Node.js', () => equalsFormula('ws', `'${process.execPath}' ${fromPage('js', 'my-server.mjs')}`));

  describe('Python', async () => {
    await needs('websockets');
    test('with websockets', () => equalsFormula('ws', `/usr/bin/python3 ${fromPage('python', 'server.py')}`));
    test('with a process for each connection', () =>
      equalsFormula('tcp', `exec /usr/bin/python3 ${forking} HOST PORT`));
  });

  describe('C', async () => {
    await needs('compiler');
    test('with a thread for each connection', async () => {
      execFileSync('cc', ['-O2', '-w', '-pthread', '-o', join(folder, 'server'), fromPage('c', 'server.c')]);
      await equalsFormula('tcp', `${join(folder, 'server')} HOST PORT`);
    });
  });
});

test('CPU time and memory are those of all processes of a Python server that forks', async ({ skip }) => {
  const why = await whyUnmet('python');
  if (why !== undefined) skip(why);
  const exec = `/usr/bin/python3 ${forking} HOST PORT`;
  const load = { clients: 4, rate: 200, size: 64, seconds: 0.3, target: 'tcp://HOST:PORT', exec };
  const settings = singleTrial({ link, pinning: pinCores(1) });
  const { trial } = await runTrial(planTrial('tcp', 'echo', load), settings);
  if (trial.state === 'failed') throw new Error(trial.reasons.join());
  const { cpuSeconds, rssBytes, rssIdleBytes } = trial.usage.server;
  expect(trial.messages).toMatchObject({ delivered: 60, lost: 0 });
  expect(cpuSeconds).toBeGreaterThan(0);
  // One more process for each session, which has nearly all that its parent has.
  expect(rssBytes).toBeGreaterThan(3 * rssIdleBytes);
});
