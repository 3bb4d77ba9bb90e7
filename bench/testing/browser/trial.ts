import type { Trial } from '../../results/schema.ts';
import { findBrowser } from '../../run/browser/find.ts';
import { type Browser, browserOf } from '../../run/browser/workers.ts';
import { privateLink } from '../../run/link.ts';
import { runTrial } from '../../run/trial.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { secure } from '../../security/security.ts';
import { planTrial, singleTrial } from '../single-trial.ts';

/** Returns the browser of this machine. */
export function browserHere(): Browser {
  const found = findBrowser(null);
  if ('missing' in found) throw new Error(found.missing);
  return browserOf(found.path);
}

/** Runs one short trial with the clients in a browser, over a private link, with `changes` to its case. */
export async function browserTrial(
  browser: Browser,
  transport: string,
  scenario: string,
  changes: Partial<PlannedCase> = {},
): Promise<Trial> {
  const link = await privateLink();
  try {
    const load = { clients: 7, rate: 100, seconds: 0.5, dimensions: { 'clients-in': 'chromium' } };
    const planned = planTrial(transport, scenario, { ...load, ...changes });
    const security = await secure(planned, [link.host]);
    return (await runTrial(planned, singleTrial({ browser, link, security }))).trial;
  } finally {
    await link.close();
  }
}
