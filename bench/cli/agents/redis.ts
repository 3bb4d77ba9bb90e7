import { type RedisAddress, readRedisUrl } from '../../agents/redis-url.ts';
import { textFlag } from '../flags.ts';
import type { Io } from '../io.ts';

/** Variable with the address of Redis, which keeps its password out of the list of processes. */
const VARIABLE = 'WIREBENCH_REDIS';

/** Flag with the address of the Redis server over which runs and agents talk. */
export const REDIS = textFlag({
  argument: '<url>',
  help: `Redis server over which runs and agents talk, such as redis://:password@host; or put it into ${VARIABLE}, which hides the password from the list of processes`,
});

/** Reads the address from the flag or the variable. Adds the problem if there is none or it is wrong, and warns of one that is open to all. */
export function redisAddress(
  given: string | undefined,
  { environment, info }: Pick<Io, 'environment' | 'info'>,
  problems: string[],
): RedisAddress | undefined {
  const [text, where] = given === undefined ? [environment[VARIABLE], VARIABLE] : [given, '--redis'];
  if (text === undefined || text === '') {
    problems.push(`name the Redis server with --redis <url>, or in ${VARIABLE}`);
    return undefined;
  }
  const read = readRedisUrl(text, where);
  if ('problem' in read) {
    problems.push(read.problem);
    return undefined;
  }
  if (read.warning !== undefined) info(`! ${read.warning}\n`);
  return read;
}
