import { describe, expect } from 'vitest';
import { platform } from '../../../clients/platform/node.ts';
import type { Unreadable } from '../../contract.ts';
import { usualLimits } from '../../limits.ts';
import { PATIENCE_SECONDS } from '../../testing/patience.ts';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { loadClient, optionsOf, serverModule } from '../../transports/index.ts';
import { MAX_LEFT_BYTES, memory, settle, startTrimmedServer } from './harness.ts';

const WARM_UP_MS = 15_000;
const MEASURED_MS = 60_000;
const AT_ONCE = 10;
const ECHOES_PER_SESSION = 20;
/** Time after which a message is sent again, in case a lossy transport has lost it. */
const AGAIN_MS = 500;
const ORDER = { seconds: PATIENCE_SECONDS, signal: new AbortController().signal };

describe.each(await subjects())('$name', (subject) => {
  unavailable(subject.unavailable);
  const { name, entry } = subject;

  soak(`${name}: a minute of sessions that come and go leaves no memory behind`, 180, async () => {
    const server = startTrimmedServer();
    try {
      const options = optionsOf(subject);
      const settings = { host: '127.0.0.1', port: 0, options, limits: usualLimits(65_536) };
      const order = { order: 'listen', module: serverModule(entry), ...settings } as const;
      const { url } = await server.ask(order, 'listening', ORDER);
      const client = await loadClient(entry);
      let sessions = 0;

      const visit = async (): Promise<void> => {
        let answered = Promise.withResolvers<void>();
        const receiver = {
          message: () => answered.resolve(),
          unreadable: ({ kind }: Unreadable) => answered.reject(new Error(`${kind} arrived`)),
          lost: (reason: Error) => answered.reject(reason),
        };
        const { signal } = new AbortController();
        const session = await client.connect(url, receiver, { options, encoding: 'text', platform, signal });
        for (let echo = 0; echo < ECHOES_PER_SESSION; echo++) {
          answered = Promise.withResolvers();
          const send = (): void => void Promise.resolve(session.send('x'.repeat(100))).catch(answered.reject);
          const again = setInterval(send, AGAIN_MS);
          send();
          await answered.promise.finally(() => clearInterval(again));
        }
        await session.close();
        sessions++;
      };
      const visitFor = async (ms: number): Promise<void> => {
        const endMs = performance.now() + ms;
        const visitor = async (): Promise<void> => {
          while (performance.now() < endMs) await visit();
        };
        await Promise.all(Array.from({ length: AT_ONCE }, visitor));
      };

      await visitFor(WARM_UP_MS);
      const before = await memory(server);
      await visitFor(MEASURED_MS);
      const grownBytes = await settle(server, before);
      expect(grownBytes).toBeLessThan(MAX_LEFT_BYTES);
      return `${sessions} sessions, ${(grownBytes / 2 ** 20).toFixed(1)} MiB kept`;
    } finally {
      await server.kill();
    }
  });
});
