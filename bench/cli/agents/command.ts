import { errorText } from '../../error-text.ts';
import { readNumber } from '../../plan/readers.ts';
import { SCHEMA } from '../../results/schema.ts';
import { physicalCores } from '../../run/affinity.ts';
import { coreCount, packageVersion } from '../../run/environment.ts';
import { readGroups } from '../../run/machine/cgroup.ts';
import { rootsIn } from '../../run/machine/roots.ts';
import { defaultWorkers } from '../../run/run.ts';
import { defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../exit.ts';
import { type Flag, textFlag, toggle } from '../flags.ts';
import { REDIS, redisAddress } from './redis.ts';

const WORKERS: Flag<number | null> = {
  argument: '<number>',
  help: 'number of load processes on this machine',
  usual: 'one for each core but one',
  read: (given, problems) => readNumber(given, { whole: true, min: 1, max: 256 }, problems),
};

/** Names that stand in results and messages. */
const NAME = /^[\w.-]{1,64}$/;

/** Puts load on servers for runs on other machines, until interrupted. */
export const command = defineCommand({
  name: 'agent',
  description: 'put load on servers for runs on other machines (run --agents)',
  flags: {
    redis: REDIS,
    name: textFlag({
      argument: '<name>',
      help: 'name of this agent in results and messages',
      usual: 'that of the host',
    }),
    workers: WORKERS,
    once: toggle('end after one run, as a job of a cluster does, or when Redis is gone for a minute'),
  },
  examples: [
    ['On each machine', 'npx wirebench agent --redis redis://:password@10.0.0.1'],
    ['And the run', 'npm run bench -- --agents 3 --redis redis://:password@10.0.0.1 --listen 10.0.0.1'],
  ],
  graceful: true,
  async run({ redis, name, workers, once }, { problems, io, interrupted: signal }) {
    const address = redisAddress(redis, io, problems);
    if (name !== undefined && !NAME.test(name))
      problems.push('--name must have letters, digits, dots, hyphens and underscores only, and at most 64 of them');
    if (address === undefined || problems.length > 0) throw new UsageError(problems);
    const roots = rootsIn(io.environment);
    const usual = defaultWorkers(Number.POSITIVE_INFINITY, physicalCores(roots) ?? coreCount(), readGroups(roots));
    const { runAgent } = await import('../../agents/agent.ts');
    try {
      await runAgent({
        address,
        name,
        workers: workers ?? usual,
        once,
        version: { wirebench: packageVersion(), schema: SCHEMA },
        signal,
        say: (text) => io.info(`${text}\n`),
      });
      return EXIT.done;
    } catch (error) {
      throw new UsageError([errorText(error)]);
    }
  },
});
