import { describe } from 'vitest';
import { NOTICING } from '../../testing/network/detection.ts';
import { detectByHeartbeat, detectBySilence } from '../../testing/network/detection-trial.ts';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { whyNoHeartbeat } from '../../transports/index.ts';
import { NetworkPath } from '../network/path.ts';

const MAX_SECONDS = 180;

describe('every transport notices a dead path when arithmetic says so', async () => {
  const found = (await subjects()).filter(({ unavailable }) => unavailable === undefined);

  for (const { name, ...choice } of found) {
    soak(`detection of ${name}`, MAX_SECONDS, async () => {
      const { signal } = new AbortController();
      await using path = await NetworkPath.open({ lines: 4, core: undefined, signal });
      const hasHeartbeats = NOTICING.includes(choice.entry.id) && whyNoHeartbeat(choice, 1) === undefined;
      const outcomes = [
        await detectBySilence(path, name),
        ...(hasHeartbeats ? [await detectByHeartbeat(path, name)] : []),
      ];
      const problems = outcomes.flatMap((outcome) => outcome.problems);
      if (problems.length > 0) throw new Error(problems.join('\n'));
      return outcomes.map(({ seen }) => seen).join('; ');
    });
  }
});
