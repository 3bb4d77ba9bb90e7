import { describe, expect } from 'vitest';
import { planTrial, singleTrial } from '../testing/single-trial.ts';
import { soak } from '../testing/soak.ts';
import { subjects } from '../testing/subjects.ts';
import { unavailable } from '../testing/unavailable.ts';
import { capabilitiesOf } from '../transports/index.ts';
import { runTrial } from './trial.ts';

const SECONDS = 20;

describe.each(await subjects())('$name', (found) => {
  unavailable(found.unavailable);
  const { name } = found;
  const { reliable, ordered } = capabilitiesOf(found);

  for (const [scenario, rate] of [
    ['echo', 500],
    ['broadcast', 50],
  ] as const) {
    soak(`${name}: the accounting of ${SECONDS} s of ${scenario} closes to the message`, 120, async () => {
      const planned = planTrial(name, scenario, { clients: 10, rate, size: 64, seconds: SECONDS });
      const { trial } = await runTrial(planned, singleTrial({ warmupSeconds: 1 }));
      if (trial.state === 'failed') throw new Error(trial.reasons.join('; '));
      const { messages } = trial;
      const due = rate * SECONDS;
      const expected = scenario === 'broadcast' ? due * 10 : due;
      const none = { duplicated: 0, corrupt: 0, unexpected: 0, errors: {} };
      const kept = { ...none, ...(reliable ? { lost: 0 } : {}), ...(ordered ? { reordered: 0 } : {}) };
      expect(messages).toMatchObject({ due, sent: due, expected, ...kept });
      expect(messages.delivered + messages.lost).toBe(expected);
      return `${messages.delivered} of ${expected} delivered`;
    });
  }
});
