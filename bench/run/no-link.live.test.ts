import { expect, test } from 'vitest';
import { openLink } from './link.ts';

test('without a private link `auto` says why it takes the loopback, and `veth` refuses', async () => {
  const { PATH } = process.env;
  // An empty PATH stands for a system without the tools.
  process.env.PATH = '/nonexistent';
  try {
    expect(await openLink('auto')).toMatchObject({
      kind: 'loopback',
      reason: expect.stringMatching(/unshare, nsenter, sh, ip are not installed \(`apt-get install/),
    });
    await expect(openLink('veth')).rejects.toThrow(/unshare, nsenter, sh, ip are not installed/);
  } finally {
    process.env.PATH = PATH;
  }
});
