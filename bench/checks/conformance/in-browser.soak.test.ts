import { describe } from 'vitest';
import { remoteClient } from '../../testing/browser/remote-client.ts';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { needs, unavailable } from '../../testing/unavailable.ts';
import { whyNotInBrowser } from '../../transports/index.ts';
import { conformingInBrowser } from './conforming.ts';
import { runCheck } from './suite.ts';

await needs('chromium');

const spoken = (await subjects()).filter((found) => whyNotInBrowser(found, false) === undefined);

describe.each(spoken)('$name', async (found) => {
  unavailable(found.unavailable);
  const { subject, checks } = await conformingInBrowser(found);

  soak(`${found.name}: conforms to the contract with its client in a page`, 900, async () => {
    await using client = await remoteClient(found);
    for (const check of checks) await runCheck(check, { ...subject, client });
    return `${checks.length} checks`;
  });
});
