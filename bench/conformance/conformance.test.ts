import { describe, test } from 'vitest';
import { platform } from '../../clients/platform/node.ts';
import { application } from '../../servers/application.ts';
import { capabilitiesOf, loadClient, loadServer, optionsOf, refusalOf, transports } from '../registry.ts';
import type { Subject } from './harness.ts';
import { checks, runCheck } from './suite.ts';

for (const entry of transports) {
  for (const variant of [null, ...entry.variants]) {
    describe(variant === null ? entry.id : `${entry.id}:${variant.id}`, async () => {
      const [server, client] = await Promise.all([loadServer(entry), loadClient(entry)]);
      const capabilities = capabilitiesOf({ entry, variant });
      const refusal = refusalOf({ entry, variant });
      const subject: Subject = {
        server,
        client,
        application,
        platform,
        capabilities,
        refusal,
        options: optionsOf({ entry, variant }),
      };
      for (const check of checks) {
        if (check.promises?.(capabilities) ?? true) test(check.name, () => runCheck(check, subject), 60_000);
      }
    });
  }
}
