import { describe, expect } from 'vitest';
import { expectClosed } from '../../testing/browser/closed-accounting.ts';
import { browserHere, browserTrial } from '../../testing/browser/trial.ts';
import { soak } from '../../testing/soak.ts';
import { type Subject, subjects } from '../../testing/subjects.ts';
import { needs, unavailable } from '../../testing/unavailable.ts';
import { capabilitiesOf, inBrowserOf, whyNotInBrowser } from '../../transports/index.ts';
import { pagesFor } from './workers.ts';

await needs('privateLink', 'chromium');

const SECONDS = 2;
/** Sessions of one context, and those that need several contexts: one context holds at most 255 WebSockets. */
const [SESSIONS, MANY] = [50, 300];

/** Load of a step: sessions, and messages a second that they receive together. */
interface BrowserLoad {
  readonly clients: number;
  readonly received: number;
}

/** Loads of a transport: a page sustains some 400 requests a second, and thousands of messages over connections that it keeps. */
function loadsOf(found: Subject): readonly BrowserLoad[] {
  const use = inBrowserOf(found);
  if (use.speaks === 'never') return [];
  if (capabilitiesOf(found).upstream === 'connection') {
    return [
      { clients: SESSIONS, received: 1_000 },
      { clients: MANY, received: 600 },
    ];
  }
  return [{ clients: Math.min(SESSIONS, use.sessionsPerContext), received: 200 }];
}

const spoken = (await subjects()).filter((found) => whyNotInBrowser(found, true) === undefined);

describe.each(spoken)('$name', (found) => {
  unavailable(found.unavailable);
  for (const { clients, received } of loadsOf(found)) {
    for (const tls of [false, true].filter((one) => whyNotInBrowser(found, one) === undefined)) {
      for (const scenario of ['echo', 'broadcast']) {
        const secure = tls ? 'over TLS' : 'without TLS';
        soak(`${found.name}: ${clients} sessions of ${scenario} in Chromium, ${secure}`, 300, async () => {
          const receivers = scenario === 'broadcast' ? clients : 1;
          const rate = received / receivers;
          const trial = await browserTrial(browserHere(), found.name, scenario, {
            clients,
            rate,
            seconds: SECONDS,
            tls,
          });
          const seen = expectClosed(trial, found, { messages: rate * SECONDS, receivers });
          if (trial.state === 'failed') return seen;
          const contexts = pagesFor(found, clients);
          expect(trial.usage.generator.workers).toBe(contexts);
          const p99 = trial.latency.summary?.response.p99 ?? null;
          const late = p99 === null ? '' : `, p99 ${(p99 * 1e3).toFixed(1)} ms`;
          const rules = (trial.broken ?? []).map(({ rule }) => rule).join();
          return `${seen} at ${received} a second, contexts: ${contexts}${late}, ${trial.state} ${rules}`.trimEnd();
        });
      }
    }
  }
});
