import { describe } from 'vitest';
import { NAMED } from '../../networks/named.ts';
import { networkFrom } from '../../testing/network/network-from.ts';
import { planTrial, singleTrial } from '../../testing/single-trial.ts';
import { soak } from '../../testing/soak.ts';
import { type Subject, subjects } from '../../testing/subjects.ts';
import { capabilitiesOf } from '../../transports/index.ts';
import { runTrial } from '../trial.ts';
import { type RelayedLink, relayedLink } from './relayed-link.ts';

/** Few sessions: over the slowest network one of nine round trips takes six seconds to open. */
const CLIENTS = 4;
const RATE = 20;
const SECONDS = 10;
/** Trials at the same time, each over a link of its own: they wait for packets most of the time. */
const AT_ONCE = 3;

/** Measures a transport over a link. Returns the messages that were lost; throws if the accounting does not close. */
async function lostOver(link: RelayedLink, { name, ...choice }: Subject): Promise<number> {
  const planned = planTrial(name, 'echo', { clients: CLIENTS, rate: RATE, size: 64, seconds: SECONDS });
  const { trial } = await runTrial(planned, singleTrial({ link, ways: link.ways }));
  if (trial.state === 'failed') throw new Error(`${name}: ${trial.reasons.join('; ')}`);
  const { due, sent, expected, delivered, lost, duplicated, corrupt, unexpected, reordered } = trial.messages;
  const { reliable, ordered } = capabilitiesOf(choice);
  const wrong = [
    ...(due !== RATE * SECONDS || sent !== due || expected !== sent ? [`${sent} of ${due} sent`] : []),
    ...(delivered + lost === expected ? [] : [`${delivered} delivered and ${lost} lost of ${expected}`]),
    ...(duplicated + corrupt + unexpected > 0 ? [`${duplicated + corrupt + unexpected} not as sent`] : []),
    ...(reliable && lost > 0 ? [`${lost} lost although it is reliable`] : []),
    ...(ordered && reordered > 0 ? [`${reordered} out of order`] : []),
  ];
  if (wrong.length > 0) throw new Error(`${name}: ${wrong.join('; ')}`);
  return lost;
}

describe('over every named network the accounting closes, and reliable transports lose nothing', async () => {
  const found = (await subjects()).filter(({ unavailable }) => unavailable === undefined);

  for (const network of Object.keys(NAMED)) {
    soak(`accounting over ${network}`, 1_200, async () => {
      const { signal } = new AbortController();
      const waiting = [...found];
      const lost: string[] = [];
      const failures: string[] = [];
      const measureInTurn = async (): Promise<void> => {
        const settings = { network: networkFrom(network), seed: 1, lines: CLIENTS, core: undefined, signal };
        const link = await relayedLink(settings);
        try {
          for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
            const count = await lostOver(link, one).catch((error: Error) => error.message);
            if (typeof count === 'string') failures.push(count);
            else if (count > 0) lost.push(`${one.name} lost ${count}`);
          }
        } finally {
          await link.close();
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, measureInTurn));
      if (failures.length > 0) throw new Error(failures.join('\n'));
      const all = `${found.length} transports and variants, ${RATE * SECONDS} messages each`;
      return [all, ...(lost.length === 0 ? ['nothing lost'] : lost.toSorted())].join('; ');
    });
  }
});
