import { describe, expect, test } from 'vitest';
import { platform } from '../../../clients/platform/node.ts';
import { application } from '../../../servers/application.ts';
import { subjects } from '../../testing/subjects.ts';
import { capabilitiesOf, loadClient, loadServer, optionsOf, surfaceOf } from '../../transports/index.ts';
import { type Subject, UNAVAILABLE } from './harness.ts';
import { checks, runCheck } from './suite.ts';

for (const { name, entry, variant, unavailable: why } of await subjects()) {
  describe(name, async () => {
    if (why !== undefined) {
      // What would help stands in the reason; a binary that is there and does not work is a fault.
      test(`is unavailable here: ${why}`, () => expect(why).toMatch(UNAVAILABLE));
      return;
    }
    const [server, client] = await Promise.all([loadServer(entry), loadClient(entry)]);
    const capabilities = capabilitiesOf({ entry, variant });
    const refusal = surfaceOf({ entry, variant })!.refusals.tooLarge;
    const subject: Subject = {
      server,
      client,
      application,
      platform,
      capabilities,
      refusal,
      ...(entry.port === undefined ? {} : { port: entry.port }),
      options: optionsOf({ entry, variant }),
    };
    for (const check of checks) {
      if (check.promises?.(capabilities) ?? true) test(check.name, () => runCheck(check, subject), 60_000);
    }
  });
}
