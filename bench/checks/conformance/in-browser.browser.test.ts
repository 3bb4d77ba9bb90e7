import { afterAll, beforeAll, describe, test } from 'vitest';
import { type RemoteClient, remoteClient } from '../../testing/browser/remote-client.ts';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { whyNotInBrowser } from '../../transports/index.ts';
import { conforming } from './conforming.ts';
import { runCheck } from './suite.ts';

/** One of each family over TCP and over UDP; the soak has all that browsers speak. */
const spoken = (await subjects()).filter((found) => whyNotInBrowser(found, false) === undefined);
const chosen = [...Map.groupBy(spoken, ({ entry }) => `${entry.family} ${entry.port ?? 'tcp'}`).values()].map(
  ([first]) => first!,
);

describe.each(chosen)('$name with its client in a page', async (found) => {
  unavailable(found.unavailable);
  const { subject, checks } = await conforming(found);
  let client: RemoteClient | undefined;
  beforeAll(async () => {
    client = await remoteClient(found);
  });
  afterAll(() => client?.[Symbol.asyncDispose]());
  for (const check of checks) test(check.name, () => runCheck(check, { ...subject, client: client! }));
});
