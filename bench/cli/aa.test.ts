import { afterAll, expect, test } from 'vitest';
import { endStarted, start } from '../instrument/command.ts';

afterAll(endStarted);

test('a server that works a fifth longer on each message is told from one that does not', async () => {
  const pairs = ['--pairs', '0', '--slowed', '1', '--trials', '6', '--duration', '0.2', '--json'];
  const { code, stdout, stderr } = await start(['aa', ...pairs]).ended;
  expect(stderr).toMatch(/^0 pairs of equals and 1 of unequals, 6 trials a side, \d+ s\./);
  const found = JSON.parse(stdout);
  expect(found).toMatchObject({ slowed: 1, trials: 6, serviceSeconds: 0.001, slowedSeconds: 0.0012, mistaken: 0 });
  // A machine that spoils a trial leaves too few; then the command says so, and nothing is called better.
  expect(['worse', 'not separated', 'not testable']).toContain(Object.keys(found.unequals.p50).join());
  expect(code).toBe(found.told === 1 ? 0 : 13);
});

test('what makes no sense is refused at once', async () => {
  const { code, stderr } = await start(['aa', '--pairs', '-1', '--trials', '5', '--slowed', 'x']).ended;
  expect(code).toBe(2);
  for (const flag of ['--pairs', '--trials', '--slowed']) expect(stderr).toContain(`${flag} takes`);
  expect((await start(['aa', '--transport', 'wss', '--pairs', '1']).ended).stderr).toMatch(/did you mean "ws"/);
});
