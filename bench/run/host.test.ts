import { expect, test } from 'vitest';
import { foreignServer } from './host.ts';

test('the bytes of a server that is not ours are those of all load workers', async () => {
  const workers = [
    { bytesUp: 10, bytesDown: 20 },
    { bytesUp: 1, bytesDown: 2 },
  ];
  const host = foreignServer({ urls: ['ws://h:1/'], effective: {} }, async () => workers);
  expect(await host.usage()).toMatchObject({ bytesUp: 11, bytesDown: 22 });
  expect(await host.memory()).toBeNull();
});
