import { describe } from 'vitest';
import { POLICIES } from '../../results/dimensions.ts';
import { FAULTS_OF_ONE } from '../../scenarios/shared/faults.ts';
import { accountingProblems, expectedLosses, lossesOf } from '../../testing/network/fault-accounting.ts';
import { faultTrial } from '../../testing/network/fault-trial.ts';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { NetworkPath } from '../network/path.ts';

/** Longest time of one transport's trials: five faults under two policies, each at most 40 s. */
const MAX_SECONDS = 600;

describe('every transport through every fault, under both policies', async () => {
  const found = (await subjects()).filter(({ unavailable }) => unavailable === undefined);

  for (const { name, ...choice } of found) {
    soak(`recovery of ${name}`, MAX_SECONDS, async () => {
      const { signal } = new AbortController();
      const path = await NetworkPath.open({ lines: 4, core: undefined, signal });
      const seen: string[] = [];
      const problems: string[] = [];
      try {
        for (const reconnect of POLICIES) {
          for (const fault of FAULTS_OF_ONE) {
            const trial = await faultTrial(path, name, { fault, reconnect });
            const losses = lossesOf(choice, fault, reconnect);
            const wrong = accountingProblems(trial, losses);
            const { sessions, messages, reconnection } = trial.recovery;
            if (reconnect === 'managed') {
              if (sessions.gone > 0) wrong.push(`${sessions.gone} sessions are gone`);
              if (messages.duplicatedMax > 1) wrong.push(`a session got ${messages.duplicatedMax} messages again`);
            }
            problems.push(...wrong.map((problem) => `${fault}, ${reconnect}: ${problem}`));
            const { min, max } = expectedLosses(trial, losses);
            const back = reconnection.p50 === null ? '' : `, back in ${reconnection.p50.toFixed(1)} s`;
            const gone = sessions.gone === 0 ? '' : `, ${sessions.gone} gone`;
            const survived = sessions.survived === 0 ? '' : `, ${sessions.survived} survived`;
            const expected = min === max ? `${min}` : `${min}–${max}`;
            seen.push(
              `${fault}/${reconnect}: lost ${messages.lost} of ${expected}, again ${messages.duplicated}${back}${survived}${gone}`,
            );
          }
        }
      } finally {
        await path.close();
      }
      if (problems.length > 0) throw new Error(problems.join('\n'));
      return seen.join('; ');
    });
  }
});
