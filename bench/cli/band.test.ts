import { describe, expect, test } from 'vitest';
import { readOptions } from '../plan/options.ts';
import { readBand } from './band.ts';

const read = (value: unknown, where = '--band') => {
  const problems: string[] = [];
  return { band: readBand({ value, where }, problems), problems };
};

describe('differences that nobody could notice', () => {
  test.each([
    ['p99=5ms', { p99: 0.005 }],
    ['p99=5ms,cpu=20us,memory=50MiB,bytes=30B', { p99: 0.005, cpu: 2e-5, memory: 50 * 2 ** 20, bytes: 30 }],
    [['p50=1ms', 'connectP50=0.01s'], { p50: 0.001, connectP50: 0.01 }],
    [
      { p99: '2ms', sessionMemory: '8KiB' },
      { p99: 0.002, sessionMemory: 8192 },
    ],
    ['cpu=20µs', { cpu: 2e-5 }],
    ['cpu=20μs', { cpu: 2e-5 }],
    ['capacity=500,p99=0ms', { capacity: 500, p99: 0 }],
  ])('%j is read in base units', (value, band) => expect(read(value)).toEqual({ band, problems: [] }));

  test('all problems are reported at once, each with what would be right', () => {
    expect(read('p98=5ms,p99=5MB,cpu=3,bytes', 'band in bench.json').problems).toEqual([
      'band in bench.json takes a name and a value, such as p99=5ms, not "bytes"',
      expect.stringContaining('band in bench.json: unknown figure "p98"'),
      'band in bench.json: p99 takes a number in s, ms, us, µs, not "5MB"',
      'band in bench.json: cpu takes a number in s, ms, us, µs, not "3"',
    ]);
    expect(read('p99=-5ms').problems).toEqual(['--band: p99 takes a number in s, ms, us, µs, not "-5ms"']);
    expect(read('p99=5ms,p99=6ms').problems).toEqual(['--band sets p99 twice']);
  });
});

test('an objective holds for messages on a schedule, and for no case without them', () => {
  const given = (scenarios: string) =>
    readOptions({
      scenarios: { value: scenarios, where: '--scenarios' },
      objective: { value: 'p99<1s', where: '--objective' },
    });
  for (const scenarios of ['echo', 'broadcast', 'capacity', 'echo,idle']) {
    expect(given(scenarios)).toMatchObject({ options: { objective: { percentile: 99, seconds: 1 } } });
  }
  for (const scenarios of ['idle', 'connect', 'wire', 'ceiling']) {
    expect(given(scenarios)).toEqual({ problems: [`--objective has no meaning for ${scenarios}; leave it out`] });
  }
});
