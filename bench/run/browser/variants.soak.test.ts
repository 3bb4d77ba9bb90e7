import { describe, expect } from 'vitest';
import { browserHere, browserTrial } from '../../testing/browser/trial.ts';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { needs, unavailable } from '../../testing/unavailable.ts';
import { capabilitiesOf, whyNotInBrowser } from '../../transports/index.ts';

await needs('privateLink', 'chromium');

const CLIENTS = 7;
const MESSAGES = 100;

describe.each(await subjects())('$name', (found) => {
  unavailable(found.unavailable);
  const { name } = found;
  const { reliable, ordered, binary } = capabilitiesOf(found);

  for (const tls of [false, true].filter((one) => whyNotInBrowser(found, one) === undefined)) {
    for (const scenario of ['echo', 'broadcast']) {
      const step = `${name}: the accounting of ${scenario} in Chromium closes, ${tls ? 'over TLS' : 'without TLS'}`;
      soak(step, 300, async () => {
        const encoding = binary ? 'binary' : 'text';
        const load = { clients: CLIENTS, rate: MESSAGES, seconds: 1, encoding } as const;
        const trial = await browserTrial(browserHere(), name, scenario, { ...load, tls });
        if (trial.state === 'failed') throw new Error(trial.reasons.join('; '));
        const { messages } = trial;
        const expected = scenario === 'broadcast' ? MESSAGES * CLIENTS : MESSAGES;
        const none = { duplicated: 0, corrupt: 0, unexpected: 0, errors: {} };
        const kept = { ...none, ...(reliable ? { lost: 0 } : {}), ...(ordered ? { reordered: 0 } : {}) };
        expect(messages).toMatchObject({ due: MESSAGES, sent: MESSAGES, expected, ...kept });
        expect(messages.delivered + messages.lost).toBe(expected);
        return `${messages.delivered} of ${expected} delivered`;
      });
    }
  }
});
