import { converse } from './ask.ts';
import type { Io } from './io.ts';
import { approximately } from './numbers.ts';

/** From here on somebody at a terminal is asked first. */
const LONG_SECONDS = 15 * 60;

/** What every command has that may take long. */
export interface LongFlags {
  /** It is not asked about. */
  readonly yes?: boolean;
}

/**
 * Whether to go on with what takes so long: not where it was interrupted before it began. Nobody is asked where it is short,
 * was agreed to, or nobody is there.
 */
export async function isAgreed(
  seconds: number,
  { yes }: LongFlags,
  context: { io: Io; interrupted: AbortSignal },
): Promise<boolean> {
  if (context.interrupted.aborted) return false;
  if (yes || seconds <= LONG_SECONDS || !context.io.asks) return true;
  const answer = await converse(
    (ask) => ask(`That is about ${approximately(seconds)}. Go on? (--yes does not ask) [Y/n] `),
    context,
  );
  return answer !== undefined && /^(y(es)?)?$/i.test(answer.trim());
}
