import { describe, test } from 'vitest';
import { platform } from '../../../clients/platform/node.ts';
import { application } from '../../../servers/application.ts';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { capabilitiesOf, loadClient, loadServer, optionsOf, refusalOf } from '../../transports/index.ts';
import type { Subject } from './harness.ts';
import { checks, runCheck } from './suite.ts';

describe.each(await subjects())('$name', async (found) => {
  const { entry } = found;
  unavailable(found.unavailable);
  const [server, client] = await Promise.all([loadServer(entry), loadClient(entry)]);
  const capabilities = capabilitiesOf(found);
  const subject: Subject = {
    server,
    client,
    application,
    platform,
    capabilities,
    refusal: refusalOf(found),
    ...(entry.port === undefined ? {} : { port: entry.port }),
    options: optionsOf(found),
  };
  for (const check of checks) {
    if (check.promises?.(capabilities) ?? true) test(check.name, () => runCheck(check, subject), 60_000);
  }
});
