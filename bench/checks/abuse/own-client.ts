import { platform } from '../../../clients/platform/node.ts';
import { errorText } from '../../error-text.ts';
import { PATIENCE_MS } from '../../testing/patience.ts';
import { loadClient, optionsOf, type TransportChoice } from '../../transports/index.ts';
import type { Attack, Target } from './tools/attack.ts';
import type { AttackSurface } from './tools/surface.ts';

/** Time between the first sign that a session is over and its reason. */
const LAST_WORDS_MS = 500;

/** Attacks through the transport's own client, which apply to any protocol: too large a message, and too many messages. */
export function throughItsClient(choice: TransportChoice, { refusals }: AttackSurface): readonly Attack[] {
  return [
    {
      name: 'a message over the limit',
      refused: refusals.tooLarge,
      run: (target) =>
        told(choice, target, async (send, isOver) => {
          if (!isOver()) await send('x'.repeat(target.limits.messageBytes + 1));
        }),
    },
    {
      name: 'a flood of messages',
      refused: refusals.flood,
      run: (target) =>
        told(choice, target, async (send, isOver) => {
          for (let sent = 0; sent < 3_000 && !isOver(); sent += 20) {
            await Promise.all(Array.from({ length: 20 }, () => send('flood')));
            await new Promise(setImmediate);
          }
        }),
    },
  ];
}

/** Attacks in a session and resolves with the reasons that its client was given, by a rejected message or by the session's end. */
async function told(
  choice: TransportChoice,
  { url, token }: Target,
  attack: (send: (text: string) => unknown, isOver: () => boolean) => Promise<void>,
): Promise<string> {
  const what = Promise.withResolvers<string>();
  let over = false;
  const said: string[] = [];
  const end = (reason: unknown): void => {
    over = true;
    said.push(errorText(reason));
    // A message may be rejected before the session is told why it ends.
    setTimeout(() => what.resolve(said.join('; ')), LAST_WORDS_MS);
  };
  const client = await loadClient(choice.entry);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const options = optionsOf(choice);
  const settings = { options, encoding: 'text', platform, token, signal } as const;
  const session = await client.connect(url, { message() {}, unreadable() {}, lost: end }, settings);
  try {
    await attack(
      async (text) => session.send(text),
      () => over,
    ).catch(end);
    return await what.promise;
  } finally {
    await session.close();
  }
}
