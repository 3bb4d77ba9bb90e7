import { expect, test } from 'vitest';
import { wirebench } from '../../testing/in-process.ts';

const RUN = ['run', '--transports', 'ws', '--scenarios', 'echo', '--plan'];
const LOCAL = ['--agents', '2', '--redis', 'redis://127.0.0.1'];

test.each<[what: string, flags: string[], said: RegExp]>([
  ['no Redis', ['--agents', '2'], /name the Redis server with --redis <url>, or in WIREBENCH_REDIS/],
  ['no agents', ['--redis', 'redis://127.0.0.1'], /--redis has no meaning without --agents/],
  ['no agents to wait for', ['--agents-within', '3'], /--agents-within has no meaning without --agents/],
  ['an address of something else', ['--agents', '2', '--redis', 'http://me:se-cret@host'], /--redis begins with http:/],
  ['a number of agents that is none', ['--agents', '0', '--redis', 'redis://127.0.0.1'], /--agents/],
  [
    'Redis elsewhere and no address',
    ['--agents', '2', '--redis', 'redis://:se-cret@192.0.2.1'],
    /needs --listen <address>/,
  ],
  [
    'an address of another machine',
    [...LOCAL, '--listen', '192.0.2.77'],
    /--listen must be an address of this machine: .*127/,
  ],
  ['load processes of this machine', [...LOCAL, '--workers', '2'], /--workers is said to each agent/],
  ['a private link', [...LOCAL, '--link', 'veth'], /--link veth joins processes of this machine/],
  ['a network', [...LOCAL, '--network', '4g-lossy'], /--network shapes packets on this machine/],
  ['trials side by side', [...LOCAL, '--beside', '2'], /--beside: agents take part in one trial at a time/],
])('a run with %s is wrong usage', async (_, flags, said) => {
  const { code, stdout, stderr } = await wirebench([...RUN, ...flags]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(said);
  expect(stderr).not.toContain('se-cret');
});

test('a fault or slow readers with agents are wrong usage', async () => {
  const flags = ['run', '--transports', 'ws', '--scenarios', 'recovery,slow-readers', '--plan', ...LOCAL];
  const { code, stderr } = await wirebench(flags);
  expect(code).toBe(2);
  expect(stderr).toMatch(/recovery, slow-readers needs? server and clients on one machine; leave it or --agents out/);
});

test('Redis without a password is warned of, and the plan counts the agents’ load processes', async () => {
  const flags = [...RUN, '--agents', '3', '--listen', '127.0.0.1'];
  const { code, stdout, stderr } = await wirebench([...flags, '--redis', 'redis://192.0.2.1']);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(/used without a password/) });
  expect(stdout).toMatch(/3\s+load\s+processes\s+there/);
  const environment = { WIREBENCH_REDIS: 'redis://:se-cret@192.0.2.1' };
  const quiet = await wirebench(flags, { environment });
  expect(quiet.code).toBe(0);
  expect(quiet.stdout + quiet.stderr).not.toMatch(/without a password|se-cret/);
});

test('an agent without Redis, or with a name that is none, is wrong usage', async () => {
  const { code, stderr } = await wirebench(['agent', '--name', 'a b', '--workers', '0']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/name the Redis server/);
  expect(stderr).toMatch(/--name must have/);
  expect(stderr).toMatch(/--workers/);
});
