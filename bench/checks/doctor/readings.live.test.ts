import { expect, test } from 'vitest';
import { examine } from './checks.ts';
import { readMachine } from './readings.ts';

test('this machine can be read', async () => {
  const readings = await readMachine();
  expect(readings.node).toBe(process.versions.node);
  expect(readings.clockResolutionNs).toBeGreaterThan(0);
  expect(readings.loopbackMicroseconds).toBeGreaterThan(0);
  expect(examine(readings)).toHaveLength(16);
});
