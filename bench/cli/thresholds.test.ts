import { describe, expect, test } from 'vitest';
import { readOptions } from '../plan/options.ts';
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

  test('come several at a time, from a list too', () => {
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
    ['ws.echo.capacity>5', 'echo has no figure "capacity"; there are: p50, p99, bytes, cpu, memory, connect'],
    ['ws.wire.bytes<5B', 'wire is held against formulas, and has no figure for a threshold'],
  ])('%j is refused: %s', (text, message) => {
    expect(read(text).thresholds).toEqual([]);
    expect(problems(text)).toContain(message);
  });

  test('every problem of each is reported', () => {
    expect(read('wss.eho.p98<50,ws.echo.p99<1ms').problems).toHaveLength(3);
  });

  test('leave the plan and its profile as they are', () => {
    const given = { threshold: { value: 'ws.echo.p99<50ms', where: '--threshold' } };
    const options = readOptions(given);
    expect(options).toMatchObject({ options: { profile: 'default' } });
  });
});
