import { ask } from './ask.ts';
import type { Context } from './command.ts';
import { approximately } from './eta.ts';
import { toggle } from './flags.ts';

/** Longest time, in seconds, that a command takes without asking first. */
const MAX_UNASKED_SECONDS = 15 * 60;

/** Flag of every command that may take long. */
export const YES = toggle(
  'start without asking; otherwise a command that takes more than 15 minutes asks first if it runs in a terminal',
);

/**
 * True if a command that takes this many seconds may start. The user is asked unless it is short, `--yes` was given, or there is
 * no terminal. A command that was already interrupted may not start.
 */
export async function confirm(seconds: number, { yes }: { readonly yes: boolean }, context: Context): Promise<boolean> {
  if (context.interrupted.aborted) return false;
  if (yes || seconds <= MAX_UNASKED_SECONDS || !context.io.interactive) return true;
  const answer = await ask(
    (prompt) => prompt(`This takes about ${approximately(seconds)}. Continue? (--yes skips this question) [Y/n] `),
    context,
  );
  return answer !== undefined && /^(y(es)?)?$/i.test(answer.trim());
}
