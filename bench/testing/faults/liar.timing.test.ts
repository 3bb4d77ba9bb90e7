import { describe, expect, test } from 'vitest';
import { clientModule, serverModule, transports } from '../../transports/index.ts';
import { WARM_UP_MESSAGES, withRig } from '../rig.ts';
import { COUNTED, type Fault } from './liar.ts';

const liar = new URL('./liar.ts', import.meta.url).href;
const RATE = 4_000;
/** Longest wait for the last message of a phase, which a busy machine may need. A phase ends sooner once nothing is missing but the known losses. */
const DRAIN_SECONDS = 60;
const PHASES = [
  { lies: 1, messages: 400 },
  { lies: 7, messages: 400 },
  { lies: 1_000, messages: 9_000 },
];

// Messages are counted here, not timed: several liars run at once.
describe.concurrent.each(transports.filter(({ id }) => ['ws', 'sse', 'mqtt'].includes(id)))(
  'a liar behind $id',
  (entry) => {
    test.each<Fault>(['drop', 'duplicate', 'swap', 'flip'])(
      'that tells a %s is found out to the message',
      async (fault) => {
        const options = {
          through: clientModule(entry),
          fault,
          silent: WARM_UP_MESSAGES,
          lies: PHASES.map(({ lies, messages }) => `${lies}/${messages}`).join(','),
        };
        const modules = { server: serverModule(entry), client: liar };
        await withRig({ clients: 2, ...modules, options, drainSeconds: DRAIN_SECONDS }, async (rig) => {
          for (const { lies, messages } of PHASES) {
            const counted = COUNTED[fault](lies, messages);
            const recording = await rig.run(RATE, messages / RATE, { knownLost: messages - counted.delivered });
            expect(recording).toMatchObject({ due: messages, sent: messages, unexpected: 0, errors: {}, ...counted });
          }
        });
      },
      300_000,
    );
  },
);
