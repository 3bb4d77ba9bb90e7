import { describe, test } from 'vitest';
import { platform } from '../../../clients/platform/node.ts';
import { expectNodesAccount } from '../../testing/scale/accounting.ts';
import { expectOneService } from '../../testing/scale/conformance.ts';
import { representing } from '../../testing/scale/representing.ts';
import { needs } from '../../testing/unavailable.ts';

await needs('redis');

const SECONDS = 10;

describe.concurrent.each(representing)('two nodes of $name', { timeout: 240_000 }, ({ name, choice, encodings }) => {
  test.each(encodings)('are one service: each message once, in one order, as %s', (encoding) =>
    expectOneService(choice, { nodes: 2, encoding, platform }),
  );

  test(`account for 1,000 deliveries a second for ${SECONDS} s`, async () => {
    await expectNodesAccount(name, 2, SECONDS);
  });
});
