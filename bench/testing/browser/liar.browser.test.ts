import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bundle, type PageScript } from '../../run/browser/bundle.ts';
import { clientModule } from '../../transports/index.ts';
import { COUNTED, type Fault } from '../faults/liar.ts';
import { needs } from '../unavailable.ts';
import { WARM_UP_MESSAGES, withBrowserRig } from './rig.ts';
import { browserHere } from './trial.ts';

await needs('privateLink');

const LIAR = { module: fileURLToPath(new URL('./lying-page.ts', import.meta.url)), serve: 'serveLiar' };
const RATE = 200;
const PHASES = [
  { lies: 1, messages: 400 },
  { lies: 7, messages: 400 },
];

test.each<Fault>(['drop', 'duplicate', 'swap', 'flip'])(
  'a client in a page that tells a %s is found out to the message, over a network with losses',
  { timeout: 300_000 },
  async (fault) => {
    const lies = PHASES.map(({ lies, messages }) => `${lies}/${messages}`).join(',');
    const options = { fault, silent: WARM_UP_MESSAGES, lies };
    const script: PageScript = ({ entry }) => bundle(fileURLToPath(clientModule(entry)), LIAR);
    const browser = { ...browserHere(), script };
    await withBrowserRig({ transport: 'ws', clients: 2, network: '4g-lossy', browser, options }, async (rig) => {
      for (const { lies, messages } of PHASES) {
        const counted = COUNTED[fault](lies, messages);
        const recording = await rig.run(RATE, messages / RATE, messages - counted.delivered);
        expect(recording).toMatchObject({ due: messages, sent: messages, unexpected: 0, errors: {}, ...counted });
      }
    });
  },
);
