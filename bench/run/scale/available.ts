import { needsBackplane, type TransportChoice, whyNotLoaded } from '../../transports/index.ts';
import { missingPrograms, notInstalled } from '../machine/programs.ts';
import { REDIS_PROGRAM } from './redis.ts';

/**
 * Says why a transport or variant cannot be used on this machine and what would help; undefined if it can be.
 *
 * @param hasRedis true if servers are not ours, or find a Redis that runs already
 */
export async function whyUnavailable(choice: TransportChoice, hasRedis = false): Promise<string | undefined> {
  const why = await whyNotLoaded(choice.entry);
  if (why !== undefined || hasRedis || !needsBackplane(choice)) return why;
  const missing = missingPrograms([REDIS_PROGRAM]);
  return missing.length === 0 ? undefined : `its servers share a Redis, and ${notInstalled(missing)}`;
}
