/** Opens many sessions in one process with their server, and echoes through all at once. Usage: sessions.ts TRANSPORT NUMBER */

import { usualLimits } from '../bench/limits.ts';
import { findTransport, loadClient, loadServer } from '../bench/transports/index.ts';
import { platform } from '../clients/platform/node.ts';
import { application } from '../servers/application.ts';

const [name = '', number = ''] = process.argv.slice(2);
/** Number of sessions that are opened at once. All are open before the first message. */
const AT_ONCE = 25;
const ROUNDS = 20;
const found = findTransport(name);
if (found === undefined) throw new Error(`unknown transport ${name}`);
const [server, client] = await Promise.all([loadServer(found.entry), loadClient(found.entry)]);
const options = found.variant?.options ?? {};
const listener = await server.listen(application, {
  host: '127.0.0.1',
  port: 0,
  options,
  limits: usualLimits(65_536),
});
const signal = AbortSignal.timeout(60_000);

async function open(index: number) {
  let next = Promise.withResolvers<unknown>();
  const receiver = {
    message: (message: unknown) => next.resolve(message),
    lost: (reason: Error) => next.reject(reason),
  };
  const session = await client.connect(listener.url, receiver, { options, platform, encoding: 'text', signal });
  const echo = async (round: number): Promise<void> => {
    const message = `session ${index} round ${round}`;
    next = Promise.withResolvers();
    await session.send(message);
    const answer = await next.promise;
    if (answer !== message) throw new Error(`session ${index} sent "${message}" and got "${answer}"`);
  };
  return { echo, close: () => session.close() };
}

const sessions: Awaited<ReturnType<typeof open>>[] = [];
while (sessions.length < Number(number)) {
  const lot = Math.min(AT_ONCE, Number(number) - sessions.length);
  sessions.push(...(await Promise.all(Array.from({ length: lot }, (_, at) => open(sessions.length + at)))));
}
const began = performance.now();
for (let round = 0; round < ROUNDS; round++) await Promise.all(sessions.map(({ echo }) => echo(round)));
const each = ((performance.now() - began) * 1e3) / (sessions.length * ROUNDS);
process.stdout.write(`${sessions.length} sessions echoed ${ROUNDS} times each, ${each.toFixed(0)} µs a message\n`);
await Promise.all(sessions.map(({ close }) => close()));
await listener.close();
