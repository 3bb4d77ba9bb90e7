import { platform } from '../../../clients/platform/node.ts';
import { errorText } from '../../error-text.ts';
import { type Found, loadClient, optionsOf, refusalOf } from '../../transports/index.ts';
import { type Attack, ofFlood, type Target } from './attack.ts';

/** Time to become a session. */
const CONNECT_MS = 10_000;
/** Between the first sign that a session is over and its reason. */
const LAST_WORDS_MS = 500;

/** What any protocol knows: too large a message, and too many. The peer's own client says how it was refused. */
export function throughItsClient(found: Found): Attack[] {
  const refusal = refusalOf(found);
  return [
    {
      name: 'a message over the limit',
      against: () => true,
      refused: () => refusal,
      run: (target) =>
        told(found, target, async (send, isOver) => {
          if (!isOver()) await send('x'.repeat(target.limits.messageBytes + 1));
        }),
    },
    {
      name: 'a flood of messages',
      against: () => true,
      refused: ofFlood,
      run: (target) =>
        told(found, target, async (send, isOver) => {
          for (let sent = 0; sent < 3_000 && !isOver(); sent += 20) {
            await Promise.all(Array.from({ length: 20 }, () => send('flood')));
            await new Promise(setImmediate);
          }
        }),
    },
  ];
}

/** Resolves with what a session was told, as a rejected message or as its end. */
async function told(
  found: Found,
  { url, token }: Target,
  attack: (send: (text: string) => unknown, isOver: () => boolean) => Promise<void>,
): Promise<string> {
  const what = Promise.withResolvers<string>();
  let over = false;
  const said: string[] = [];
  const end = (reason: unknown): void => {
    over = true;
    said.push(errorText(reason));
    // A message may be refused before the session is told why it ends.
    setTimeout(() => what.resolve(said.join('; ')), LAST_WORDS_MS);
  };
  const client = await loadClient(found.entry);
  const signal = AbortSignal.timeout(CONNECT_MS);
  const options = optionsOf(found);
  const settings = { options, encoding: 'text', platform, token, signal } as const;
  const session = await client.connect(url, { message() {}, lost: end }, settings);
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
