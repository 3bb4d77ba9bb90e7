import { expect, test } from 'vitest';
import { findRuntime, installedPath, OTHERS, packageOf } from './find.ts';

test.each(OTHERS)('%s: the installed one, whose version is pinned, comes before that of the search path', (name) => {
  const environment = { PATH: '/usr/bin:/opt/bin' };
  const installed = installedPath(name);
  expect(installed).toContain(packageOf(name));
  expect(findRuntime(name, environment, () => true)).toEqual({ path: installed, installed: true });
  const inOpt = (path: string): boolean => path.startsWith('/opt/bin/');
  expect(findRuntime(name, environment, inOpt)).toEqual({ path: `/opt/bin/${name}`, installed: false });
});

test.each(OTHERS)('%s: without one, the command that installs it is named', (name) => {
  const found = findRuntime(name, { PATH: '' }, () => false);
  expect(found).toEqual({ missing: expect.stringMatching(/is not installed .*npm run runtimes/) });
});
