import { describe } from 'vitest';
import { expectClosed } from '../../testing/browser/closed-accounting.ts';
import { browserHere, browserTrial } from '../../testing/browser/trial.ts';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { needs, unavailable } from '../../testing/unavailable.ts';
import { capabilitiesOf, whyNotInBrowser } from '../../transports/index.ts';

await needs('privateLink', 'chromium');

const CLIENTS = 7;
const MESSAGES = 100;

const spoken = (await subjects()).filter((found) => whyNotInBrowser(found, true) === undefined);

describe.each(spoken)('$name', (found) => {
  unavailable(found.unavailable);
  const { name } = found;
  const { binary } = capabilitiesOf(found);

  for (const tls of [false, true].filter((one) => whyNotInBrowser(found, one) === undefined)) {
    for (const scenario of ['echo', 'broadcast']) {
      const step = `${name}: the accounting of ${scenario} in Chromium closes, ${tls ? 'over TLS' : 'without TLS'}`;
      soak(step, 300, async () => {
        const encoding = binary ? 'binary' : 'text';
        const load = { clients: CLIENTS, rate: MESSAGES, seconds: 1, encoding } as const;
        const trial = await browserTrial(browserHere(), name, scenario, { ...load, tls });
        const receivers = scenario === 'broadcast' ? CLIENTS : 1;
        return expectClosed(trial, found, { messages: MESSAGES, receivers });
      });
    }
  }
});
