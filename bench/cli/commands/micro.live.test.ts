import { expect, test } from 'vitest';
import { wirebench } from '../../testing/in-process.ts';
import { transports } from '../../transports/index.ts';

const QUICK = ['--seconds', '0.001'];
const micro = (flags: readonly string[], options: Parameters<typeof wirebench>[1] = {}) =>
  wirebench(['micro', ...QUICK, ...flags], options);
const rowsOf = (stdout: string) => (JSON.parse(stdout) as { rows: Record<string, unknown>[] }).rows;

test('the table has every step of every transport, and each name once', async () => {
  const { code, stdout, stderr } = await micro([], { environment: { COLUMNS: '120' } });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Messages of 128 bytes\n {2}transport +step +what +ns per message +middle half\n/);
  for (const { id } of transports.filter(({ datagrams }) => datagrams === undefined)) {
    expect(stdout.match(new RegExp(`^  ${id} +client encode `, 'gm'))).toHaveLength(1);
  }
  expect(stdout).toMatch(/^ {2}ws +client encode +ws frame, masked +[\d,]+ +[\d,]+–[\d,]+$/m);
  expect(stderr).toMatch(
    /^Measures encoding and decoding step by step: about \d+ s\.\n {2}json, 128 bytes\n {2}tcp, 128 bytes$/m,
  );
});

test.each([40, 60, 80])('at %i columns names go below each other, and no line is wider', async (columns) => {
  const { stdout } = await micro(['--transports', 'socketio'], { environment: { COLUMNS: String(columns) } });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((line) => line.length > columns)).toEqual([]);
  const own = lines.slice(lines.indexOf('  socketio') + 1);
  expect(own[0]).toBe('    client encode');
  const under = own.slice(1, own.indexOf('    server decode'));
  expect(under).toHaveLength(2);
  for (const line of under) expect(line).toMatch(/^ {6}(Sock|ws f).* [\d,]+(–[\d,]+)?$/);
});

test('--json prints one document and nothing else', async () => {
  const { stdout } = await micro(['--transports', 'ws', '--size', '16,64', '--json']);
  const rows = rowsOf(stdout);
  expect(rows.map(({ transport, size }) => `${transport} ${size}`)).toEqual(
    [16, 64].flatMap((size) => [...Array(2).fill(`json ${size}`), ...Array(4).fill(`ws ${size}`)]),
  );
  expect(Object.keys(rows[0]!).toSorted()).toEqual(
    [
      'library',
      'samples',
      'secondsHigh',
      'secondsLow',
      'secondsMedian',
      'size',
      'step',
      'transport',
      'what',
    ].toSorted(),
  );
});

test('bad input is refused with every problem', async () => {
  const bad = ['--transports', 'wss,sse', '--size', '3', '--seconds', 'soon', '--x'];
  const { code, stdout, stderr } = await wirebench(['micro', ...bad]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^- unknown flag --x/m);
  expect(stderr).toMatch(/unknown transport "wss", did you mean "ws"\?/);
  expect(stderr).toMatch(/--size takes whole numbers from 16 to/);
  expect(stderr).toMatch(/--seconds takes a number from 0.001 to 60, not "soon"/);
});

test('an interrupted command prints what it has measured and exits with 130', async () => {
  const interruption = new AbortController();
  const { code, stdout } = await micro(['--transports', 'ws', '--size', '16,64', '--json'], {
    interrupted: interruption.signal,
    onWrite: ({ stderr }) => {
      if (stderr.includes('ws, 16 bytes')) interruption.abort();
    },
  });
  expect(code).toBe(130);
  expect(rowsOf(stdout).map(({ transport, size }) => `${transport} ${size}`)).toEqual(['json 16', 'json 16']);
});

test('a command interrupted before it began measures and prints nothing', async () => {
  const { code, stdout } = await micro(['--json'], { interrupted: AbortSignal.abort() });
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
});
