import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planTrial, singleTrial } from '../testing/single-trial.ts';
import { needs } from '../testing/unavailable.ts';
import { countWire, wirePlan } from '../testing/wire-trial.ts';
import { pinCores } from './affinity.ts';
import { type Link, openLink } from './link.ts';
import { runTrial } from './trial.ts';

await needs('privateLink', 'websockets');

const folder = mkdtempSync(join(tmpdir(), 'wirebench-python-'));
afterAll(() => rmSync(folder, { recursive: true }));

const webSocket = join(folder, 'echo.py');
writeFileSync(
  webSocket,
  `import asyncio, os, websockets
async def echo(socket, path=None):
    async for message in socket:
        await socket.send(message)
async def main():
    async with websockets.serve(echo, os.environ["HOST"], int(os.environ["PORT"]), compression=None):
        await asyncio.Future()
asyncio.run(main())
`,
);

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

test.each([
  ['ws', `/usr/bin/python3 ${webSocket}`],
  ['tcp', `exec /usr/bin/python3 ${forking} HOST PORT`],
])(
  '%s: bytes of a message at a Python server are those of the formula, at the sockets and on the link',
  async (transports, exec) => {
    const { cases } = wirePlan({ transports, size: '64', exec, url: `${transports}://HOST:PORT` });
    const { theory, wire, socket } = await countWire(cases[0]!, link);
    expect(socket).toMatchObject({ up: theory.up, down: theory.down });
    const { packetsUp = 0, packetsDown = 0 } = wire;
    expect(wire.up + wire.down).toBe(theory.up + theory.down + theory.packetBytes * (packetsUp + packetsDown));
  },
);

test('CPU time and memory are those of all processes of a Python server that forks', async () => {
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
