import { afterAll, beforeAll, describe, test } from 'vitest';
import { type RemoteClient, remoteClient } from '../../testing/browser/remote-client.ts';
import { type Subject, subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { capabilitiesOf, whyNotInBrowser } from '../../transports/index.ts';
import { conformingInBrowser } from './conforming.ts';
import { runCheck } from './suite.ts';

/** One of each way of carrying messages; the soak has all that browsers speak. */
const spoken = (await subjects()).filter((found) => whyNotInBrowser(found, false) === undefined);
const wayOf = (found: Subject): string =>
  `${capabilitiesOf(found).upstream} ${found.entry.datagrams} ${found.entry.port}`;
const chosen = [...Map.groupBy(spoken, wayOf).values()].map(([first]) => first!);

describe.each(chosen)('$name with its client in a page', async (found) => {
  unavailable(found.unavailable);
  const { subject, checks } = await conformingInBrowser(found);
  let client: RemoteClient | undefined;
  beforeAll(async () => {
    client = await remoteClient(found);
  });
  afterAll(() => client?.[Symbol.asyncDispose]());
  for (const check of checks) test(check.name, () => runCheck(check, { ...subject, client: client! }));
});
