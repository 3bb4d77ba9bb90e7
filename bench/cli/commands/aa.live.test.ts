import { afterAll, expect, test } from 'vitest';
import { endStarted, start } from '../../testing/command.ts';
import { wirebench } from '../../testing/in-process.ts';

afterAll(endStarted);

test('a server that works a fifth longer on each message is called worse', async () => {
  const pairs = ['--pairs', '0', '--slowed', '1', '--trials', '6', '--duration', '0.2', '--json'];
  const { code, stdout, stderr } = await start(['aa', ...pairs]).ended;
  expect(stderr).toMatch(
    /^1 slowed pair, 6 trials a side: 12 trials, about \d+ s\.\nSlowed pairs: ws, echo, 100 clients, 400 msg\/s of 128 B; one server works 1 ms on each message, the other 1\.2 ms\.\nEach trial: a fresh server, /,
  );
  expect(stderr).toMatch(/^\[12\/12\] pair 1\/1 {2}\d+:\d\d {2}slowed pair 1 {2}(right|missed) {2}p50 .*, p99 /m);
  const found = JSON.parse(stdout);
  expect(found).toMatchObject({ slowed: 1, trials: 6, serviceSeconds: 0.001, slowedSeconds: 0.0012, mistaken: 0 });
  // If this machine spoils a trial, too few are left; then no side may be called better.
  expect(['worse', 'not separated', 'not testable']).toContain(Object.keys(found.unequals.p50).join());
  expect(code).toBe(found.told === 1 ? 0 : 13);
});

test('bad flags are refused at once', async () => {
  const bad = ['--pairs', '-1', '--trials', '5', '--slowed', 'x', '--transport', 'wss', '--paris', '2'];
  const { code, stderr } = await wirebench(['aa', ...bad]);
  expect(code).toBe(2);
  for (const flag of ['--pairs', '--trials', '--slowed']) expect(stderr).toContain(`${flag} takes`);
  expect(stderr).toMatch(/"wss", did you mean "ws"/);
  expect(stderr).toMatch(/unknown flag --paris, did you mean "--pairs"/);
  const nothing = await wirebench(['aa', '--pairs', '0', '--slowed', '0', '--transport', 'ws']);
  expect(nothing).toMatchObject({ code: 2, stderr: '--pairs and --slowed are both 0: nothing is left to measure\n' });
});
