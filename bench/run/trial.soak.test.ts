import { describe } from 'vitest';
import { planTrial, singleTrial } from '../testing/single-trial.ts';
import { soak } from '../testing/soak.ts';
import { subjects } from '../testing/subjects.ts';
import { ACCOUNTED_CLIENTS, expectAccounts, measured } from '../testing/trials/accounting.ts';
import { unavailable } from '../testing/unavailable.ts';
import { runTrial } from './trial.ts';

const SECONDS = 20;

describe.each(await subjects())('$name', (found) => {
  unavailable(found.unavailable);
  const { name } = found;

  for (const [scenario, rate] of [
    ['echo', 500],
    ['broadcast', 50],
  ] as const) {
    soak(`${name}: the accounting of ${SECONDS} s of ${scenario} closes to the message`, 120, async () => {
      const clients = ACCOUNTED_CLIENTS;
      const planned = planTrial(name, scenario, { clients, rate, size: 64, seconds: SECONDS });
      const trial = measured((await runTrial(planned, singleTrial({ warmupSeconds: 1 }))).trial);
      const due = rate * SECONDS;
      const expected = scenario === 'broadcast' ? due * clients : due;
      expectAccounts(found, trial, { due, expected });
      const { messages } = trial;
      return `${messages.delivered} of ${expected} delivered`;
    });
  }
});
