import { describe, expect, test } from 'vitest';
import { readOptions } from '../plan/options.ts';
import { describeCase, makePlan } from '../plan/plan.ts';
import { readThresholds } from './thresholds.ts';

const measured = { transports: ['ws', 'sse'], scenarios: ['echo', 'capacity', 'idle', 'connect', 'wire'] };
const read = (value: unknown) => readThresholds({ value, where: '--threshold' }, measured);
const problems = (value: unknown): string => read(value).problems.join('\n');

describe('conditions', () => {
  test.each([
    ['ws.echo.p99<50ms', 'p99', '<', 0.05],
    ['ws.echo.p99 <= 50 ms', 'p99', '<=', 0.05],
    ['ws.echo.cpu<800us', 'cpu', '<', 800e-6],
    ['ws.echo.cpu<800µs', 'cpu', '<', 800e-6],
    ['ws.echo.cpu<800\u03bcs', 'cpu', '<', 800e-6],
    ['sse.echo.connect<.5s', 'connect', '<', 0.5],
    ['ws.echo.bytes<=300B', 'bytes', '<=', 300],
    ['ws.echo.memory<100MiB', 'memory', '<', 100 * 2 ** 20],
    ['ws.idle.sessionMemory<20KiB', 'sessionMemory', '<', 20 * 1024],
    ['ws.idle.idlePackets<10', 'idlePackets', '<', 10],
    ['ws.capacity.capacity>=10000msg/s', 'capacity', '>=', 10_000],
    ['ws.capacity.capacity>10000', 'capacity', '>', 10_000],
    ['ws.connect.sessionRate>500/s', 'sessionRate', '>', 500],
  ])('%s', (text, metric, operator, limit) => {
    const { thresholds } = read(text);
    expect(thresholds).toEqual([expect.objectContaining({ metric, operator, limit, text })]);
  });

  test.each([
    ['ws.echo[size=1024].p99<50ms', { size: '1024' }],
    ['ws.echo[size=1024][encoding=binary].p99<50ms', { size: '1024', encoding: 'binary' }],
    ['ws.echo[size=1024, encoding=binary].p99<50ms', { size: '1024', encoding: 'binary' }],
    ['ws.echo[rate=0.5].p99<50ms', { rate: '0.5' }],
    ['ws.echo[network=4g-lossy].p99<300ms', { network: '4g-lossy' }],
    ['ws.echo[clients-in=chromium].p99<300ms', { 'clients-in': 'chromium' }],
  ])('%s is narrowed', (text, narrowing) => {
    expect(read(text).thresholds).toEqual([expect.objectContaining({ flag: 'ws', scenario: 'echo', narrowing })]);
  });

  test('several narrowed conditions are read', () => {
    const { thresholds } = read('ws.echo[size=64,encoding=text].p50<1ms,sse.echo[size=64].p50<2ms');
    expect(thresholds.map(({ flag }) => flag)).toEqual(['ws', 'sse']);
    expect(thresholds[0]).not.toHaveProperty('narrowing.network');
    expect(read('ws.echo.p50<1ms').thresholds[0]).not.toHaveProperty('narrowing');
  });

  test('several conditions are read, also from a list', () => {
    expect(read('ws.echo.p50<1ms, sse.echo.p50<2ms').thresholds).toHaveLength(2);
    expect(read(['ws.echo.p50<1ms', 'sse.echo.p50<2ms']).thresholds).toHaveLength(2);
    expect(readThresholds(undefined, measured)).toEqual({ thresholds: [], problems: [] });
  });

  test.each([
    ['', 'takes <transport>.<scenario>.<figure><limit>'],
    ['ws.p99<50ms', 'takes <transport>.<scenario>.<figure><limit>, such as ws.echo.p99<50ms, not "ws.p99<50ms"'],
    ['ws.echo.p99', 'not "ws.echo.p99"'],
    ['ws.echo.p99=50ms', 'not "ws.echo.p99=50ms"'],
    ['ws.echo.p99<-5ms', 'not "ws.echo.p99<-5ms"'],
    ['ws.echo.p99<50', 'p99 takes a number in s, ms, us, µs, not a number alone'],
    ['ws.echo.p99<50B', 'p99 takes a number in s, ms, us, µs, not "B"'],
    ['ws.echo.bytes<50ms', 'bytes takes a number in B, KiB, MiB, kB, MB, not "ms"'],
    ['ws.echo.p99<50toString', 'not "toString"'],
    ['ws.capacity.capacity>1e4', 'capacity takes a number in /s, msg/s, not "e4"'],
    ['wss.echo.p99<50ms', 'unknown transport "wss", did you mean "ws"?'],
    ['tcp.echo.p99<50ms', 'tcp is not measured; name it in --transports'],
    ['ws.eho.p99<50ms', 'unknown scenario "eho", did you mean "echo"?'],
    ['ws.broadcast.p99<50ms', 'broadcast is not measured; name it in --scenarios'],
    ['ws.echo.p98<50ms', 'echo has no figure "p98", did you mean "p99"?'],
    [
      'ws.echo.capacity>5',
      'echo has no figure "capacity"; there are: p50, p99, p99.9, in-time, bytes, cpu, memory, connect',
    ],
    ['ws.echo[sise=64].p99<5ms', 'unknown dimension "sise", did you mean "size"?'],
    ['ws.echo[size].p99<5ms', '[size] names no value; write [<dimension>=<value>], such as [size=1024]'],
    ['ws.echo[].p99<5ms', '[] names no value'],
    ['ws.echo[size=64][size=128].p99<5ms', 'names size twice'],
    ['ws.echo[size=64.p99<5ms', 'not "ws.echo[size=64.p99<5ms"'],
    ['ws[size=64].echo.p99<5ms', 'not "ws[size=64].echo.p99<5ms"'],
    ['ws.wire.bytes<5B', 'wire is compared with formulas, and has no figure that a threshold can limit'],
  ])('%j is refused: %s', (text, message) => {
    expect(read(text).thresholds).toEqual([]);
    expect(problems(text)).toContain(message);
  });

  test('every problem of each is reported', () => {
    expect(read('wss.eho.p98<50,ws.echo.p99<1ms').problems).toHaveLength(3);
  });

  test('do not change the plan and its profile', () => {
    const given = { threshold: { value: 'ws.echo.p99<50ms', where: '--threshold' } };
    const options = readOptions(given);
    expect(options).toMatchObject({ options: { profile: 'default' } });
  });
});

describe('conditions on a plan whose cases are known', () => {
  const optionsRead = readOptions({
    transports: { value: 'ws,sse', where: '--transports' },
    scenarios: { value: 'echo', where: '--scenarios' },
    size: { value: '64,1024', where: '--size' },
    encoding: { value: 'text,binary', where: '--encoding' },
  });
  if ('problems' in optionsRead) throw new Error(optionsRead.problems.join());
  const { options } = optionsRead;
  const cases = makePlan(options).cases.map(describeCase);
  const problemsOf = (text: string) =>
    readThresholds({ value: text, where: '--threshold' }, { ...options, cases }).problems.map((problem) =>
      problem.replace(/^--threshold: "[^"]*":? /, ''),
    );

  test.each([
    ['ws.echo.p99<50ms', []],
    ['ws.echo[size=64,encoding=binary].p99<50ms', []],
    ['ws.echo[tls=off][auth=none][payload=filler][network=none].p99<50ms', []],
    ['ws.echo[size=128].p99<50ms', ['no case of ws.echo has size 128; measured: 64, 1024']],
    ['ws.echo[network=wan].p99<50ms', ['no case of ws.echo has network wan; measured: none']],
    ['sse.echo[encoding=binary].p99<50ms', ['no case of sse.echo has encoding binary; measured: text']],
  ])('%s', (text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });
});
