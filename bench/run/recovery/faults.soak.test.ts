import { describe } from 'vitest';
import { FAULTS, POLICIES } from '../../results/dimensions.ts';
import { accountingProblems, faultTrial } from '../../testing/network/fault-trial.ts';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { capabilitiesOf } from '../../transports/index.ts';
import { NetworkPath } from '../network/path.ts';

/** Longest time of one transport's trials: five faults under two policies, each at most 40 s. */
const MAX_SECONDS = 600;

describe('every transport through every fault, under both policies', async () => {
  const found = (await subjects()).filter(({ unavailable }) => unavailable === undefined);

  for (const { name, ...choice } of found) {
    soak(`recovery of ${name}`, MAX_SECONDS, async () => {
      const { reliable, ordered, resume = 'none', resumeEndsWithServer = false } = capabilitiesOf(choice);
      const { signal } = new AbortController();
      const path = await NetworkPath.open({ lines: 4, core: undefined, signal });
      const seen: string[] = [];
      const problems: string[] = [];
      try {
        for (const reconnect of POLICIES) {
          for (const fault of FAULTS) {
            const trial = await faultTrial(path, name, { fault, reconnect });
            const nothing = reconnect === 'managed' && resume === 'log' && reliable && !resumeEndsWithServer;
            const wrong = accountingProblems(trial, { nothing, inOnePiece: reliable && ordered });
            problems.push(...wrong.map((problem) => `${fault}, ${reconnect}: ${problem}`));
            const { sessions, messages } = trial.recovery;
            const back = sessions.gone === 0 ? '' : ` ${sessions.gone} gone`;
            seen.push(`${fault}/${reconnect} −${messages.lost}/+${messages.duplicated}${back}`);
          }
        }
      } finally {
        await path.close();
      }
      if (problems.length > 0) throw new Error(problems.join('\n'));
      return seen.join(', ');
    });
  }
});
