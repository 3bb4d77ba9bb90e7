import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { isInteractive, type Progress, progressDisplay, type Terminal } from './progress.ts';

/** Terminal that records what is written; a test may change its size. */
function recordingTerminal(interactive: boolean, width = 80, height = Number.POSITIVE_INFINITY) {
  const writes: string[] = [];
  const size = { width, height };
  const terminal: Terminal = {
    interactive,
    colour: false,
    width: () => size.width,
    height: () => size.height,
    write: (text) => writes.push(text),
  };
  return { ...terminal, writes, size };
}

/** Lines that a drawing of the block has, and the rows that it goes up before. */
function drawing(text: string): { readonly lines: readonly string[]; readonly up: number } {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the code that moves the cursor up
  const up = Number(/\x1b\[(\d+)A/.exec(text)?.[1] ?? 0);
  return { lines: stripVTControlCharacters(text).replaceAll('\r', '').split('\n'), up };
}

afterEach(() => {
  vi.useRealTimers();
});

const at = (done: number, rest: Partial<Progress> = {}): Progress => ({
  done,
  total: 50,
  part: { name: 'block', number: 1, of: 5 },
  elapsedSeconds: done * 3,
  remainingSeconds: (50 - done) * 3,
  current: undefined,
  ...rest,
});
const ended = (index: number) => ({ name: `case-${index}`, state: 'valid', detail: 'p50 1 ms' });

test('a pipe gets one plain line a trial, and no escape code', () => {
  const terminal = recordingTerminal(false);
  const display = progressDisplay(terminal);
  display.show(at(0, { current: 'case-1' }));
  display.show(at(1, { ended: ended(1) }));
  display.end();
  expect(terminal.writes).toEqual(['[1/50] block 1/5  0:03  case-1  valid  p50 1 ms\n']);
});

test('a pipe hears of a long trial every half-minute, and of nothing once it has ended', () => {
  vi.useFakeTimers();
  const terminal = recordingTerminal(false);
  const display = progressDisplay(terminal);
  display.show(at(4, { current: 'idle' }));
  vi.advanceTimersByTime(29_999);
  expect(terminal.writes).toEqual([]);
  vi.advanceTimersByTime(30_001);
  expect(terminal.writes).toEqual([
    '[4/50] block 1/5  0:42  idle  still measuring\n',
    '[4/50] block 1/5  1:12  idle  still measuring\n',
  ]);
  display.show(at(5, { ended: { ...ended(5), name: 'idle' } }));
  display.show(at(5, { current: 'case-6' }));
  display.end();
  vi.advanceTimersByTime(90_000);
  expect(terminal.writes).toHaveLength(3);
  expect(vi.getTimerCount()).toBe(0);
});

test('a terminal hears nothing while a trial is measured, however long', () => {
  vi.useFakeTimers();
  const terminal = recordingTerminal(true);
  const display = progressDisplay(terminal);
  display.show(at(4, { current: 'idle' }));
  vi.advanceTimersByTime(600_000);
  expect(terminal.writes).toHaveLength(1);
  display.end();
});

test('a name in wide characters takes no more lines than another', () => {
  const terminal = recordingTerminal(true, 40);
  progressDisplay(terminal).show(at(3, { current: '転送'.repeat(30) }));
  const lines = stripVTControlCharacters(terminal.writes.join('')).replaceAll('\r', '').trimEnd().split('\n');
  // Two columns each.
  expect(lines.at(-1)).toBe(` ▸ ${'転送'.repeat(2)}転…送${'転送'.repeat(2)}   measuring`);
});

test('a terminal gets a block of at most twelve lines that never wrap, drawn once a trial', () => {
  const terminal = recordingTerminal(true, 40);
  const display = progressDisplay(terminal);
  for (let index = 0; index < 50; index++) {
    display.show(at(index, { current: `case-${index} with a name that is far longer than the terminal is wide` }));
    display.show(at(index + 1, { ended: ended(index) }));
  }
  display.end();
  // One drawing for each trial's beginning, one at the end, and the end of its last line.
  expect(terminal.writes).toHaveLength(52);
  for (const text of terminal.writes) {
    const lines = stripVTControlCharacters(text).replaceAll('\r', '').trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(12);
    for (const line of lines) expect(line.length).toBeLessThan(40);
  }
  expect(terminal.writes.at(-2)).toContain('100 %');
});

test.each([1, 2, 3, 4, 7, 11, 24, 60])('in a terminal of %i rows a block pushes nothing out of sight', (height) => {
  const terminal = recordingTerminal(true, 60, height);
  const display = progressDisplay(terminal);
  let above = 0;
  for (let index = 0; index < 20; index++) {
    display.show(at(index, { current: `case-${index}` }));
    const { lines, up } = drawing(terminal.writes.at(-1) ?? '');
    expect(lines.length).toBeLessThanOrEqual(height);
    expect(lines[0]).toMatch(new RegExp(`^trial ${index + 1}/50`));
    if (height > 1) expect(lines.at(-1)).toBe(` ▸ case-${index}  measuring`);
    expect(up).toBe(above);
    above = lines.length - 1;
    display.show(at(index + 1, { ended: ended(index) }));
  }
  display.end();
  display.end();
  expect(terminal.writes.at(-1)).toBe('\n');
  expect(terminal.writes.at(-2)).not.toBe('\n');
});

test('a terminal that becomes narrow breaks the lines that stand there, and all their rows are drawn anew', () => {
  const terminal = recordingTerminal(true, 79, 24);
  const display = progressDisplay(terminal);
  display.show(at(7, { current: 'a case' }));
  const { lines } = drawing(terminal.writes.at(-1) ?? '');
  for (const width of [40, 20, 200]) {
    const before = drawing(terminal.writes.at(-1) ?? '').lines;
    terminal.size.width = width;
    display.show(at(8, { current: 'a case' }));
    const rows = before.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / width)), 0);
    expect(drawing(terminal.writes.at(-1) ?? '').up).toBe(rows - 1);
  }
  expect(lines).toHaveLength(3);
  // Rows that have left the screen cannot be reached.
  terminal.size.height = 2;
  terminal.size.width = 10;
  display.show(at(9, { current: 'a case' }));
  expect(drawing(terminal.writes.at(-1) ?? '')).toMatchObject({ up: 1, lines: { length: 2 } });
});

test.each([0, 1, 2, 3])('a terminal of %i columns is no error, and no line is longer than it', (width) => {
  const terminal = recordingTerminal(true, width, 1);
  const display = progressDisplay(terminal);
  for (let index = 0; index < 3; index++) display.show(at(index, { current: 'a case' }));
  display.end();
  for (const text of terminal.writes) {
    for (const line of drawing(text).lines) expect(line.length).toBeLessThanOrEqual(Math.max(0, width - 1));
  }
});

test('a long name leaves room for what is said of it, and keeps the end that tells it from others', () => {
  const terminal = recordingTerminal(true, 60);
  const name = 'a-transport-from-outside-with-a-long-name';
  const display = progressDisplay(terminal, (one) => one.padEnd(60));
  display.show(at(0, { ended: { ...ended(1), name: `${name} broadcast` } }));
  display.show(at(50, { ended: { ...ended(2), name: `${name} echo` } }));
  const lines = stripVTControlCharacters(terminal.writes.join('')).replaceAll('\r', '').trimEnd().split('\n');
  expect(lines.slice(-2)).toEqual([
    ' ✓ a-transport-from…g-name broadcast  p50 1 ms',
    ' ✓ a-transport-from…a-long-name echo  p50 1 ms',
  ]);
});

test('verdicts whose truth is known have marks of their own, and words where they are wrong', () => {
  const terminal = recordingTerminal(true);
  const display = progressDisplay(terminal);
  const pair = (name: string, state: string) => ({ name, state, detail: 'p50 worse' });
  display.show(at(25, { ended: pair('unequals 1', 'right') }));
  display.show(at(50, { part: { name: 'pair', number: 2, of: 2 }, ended: pair('equals 1', 'mistaken') }));
  const lines = stripVTControlCharacters(terminal.writes.join('')).replaceAll('\r', '').split('\n');
  expect(lines[0]).toBe('trial 50/50 · pair 2/2 · 2:30');
  expect(lines.slice(2, 4)).toEqual([' ✓ unequals 1  p50 worse', ' ✕ equals 1  mistaken  p50 worse']);
});

test('a service that claims to be a terminal is not a person', () => {
  expect(isInteractive(true, { TERM: 'xterm' })).toBe(true);
  expect(isInteractive(false, { TERM: 'xterm' })).toBe(false);
  expect(isInteractive(true, { TERM: 'xterm', CI: 'true' })).toBe(false);
  expect(isInteractive(true, { TERM: 'dumb' })).toBe(false);
});

/** Lines of a block in which so many trials are in progress. */
function crowded(count: number, width: number, height = Number.POSITIVE_INFINITY): readonly string[] {
  const terminal = recordingTerminal(true, width, height);
  const [current, ...others] = Array.from({ length: count }, (_, at) => `case-${at} echo`);
  const display = progressDisplay(terminal);
  for (let index = 0; index < 9; index++) display.show(at(index + 1, { ended: ended(index), current, others }));
  return drawing(terminal.writes.at(-1) ?? '').lines;
}

test('trials at the same time are named together, and the headline counts them', () => {
  const lines = crowded(3, 80);
  expect(lines[0]).toMatch(/^trials 10–12\/50 · block 1\/5/);
  expect(lines.slice(-2)).toEqual([' ▸ measuring 3 at the same time', '   case-0 echo, case-1 echo, case-2 echo']);
});

test('where there is no room for all names, the others are counted', () => {
  expect(crowded(8, 40).slice(-3)).toEqual([
    ' ▸ measuring 8 at the same time',
    '   case-0 echo, case-1 echo,',
    '   case-2 echo, case-3 echo, and 4 more',
  ]);
});

test.each([10, 20, 33, 60, 120])(
  'in a terminal of %i columns trials at the same time take few lines, none too long',
  (width) => {
    for (const count of [2, 5, 8, 64]) {
      const lines = crowded(count, width);
      expect(lines.length).toBeLessThanOrEqual(14);
      for (const line of lines) expect(line.length).toBeLessThan(width);
    }
    expect(crowded(8, width, 4)).toHaveLength(4);
  },
);

test('news of a long trial do not keep a pipe silent: every half-minute it hears the latest', () => {
  vi.useFakeTimers();
  const terminal = recordingTerminal(false);
  const display = progressDisplay(terminal);
  display.show(at(4, { current: 'idle' }));
  for (const sessions of [10, 20, 30, 40]) {
    vi.advanceTimersByTime(10_000);
    display.show(at(4, { current: 'idle', activity: `opening ${sessions}` }));
  }
  vi.advanceTimersByTime(10_000);
  display.show(at(4, { current: 'idle' }));
  vi.advanceTimersByTime(10_000);
  expect(terminal.writes).toEqual([
    '[4/50] block 1/5  0:12  idle  opening 10\n',
    '[4/50] block 1/5  0:42  idle  still opening 20\n',
    '[4/50] block 1/5  1:12  idle  still measuring\n',
  ]);
  display.end();
});

test('a trial that ends while others go on is drawn at once', () => {
  const terminal = recordingTerminal(true);
  const display = progressDisplay(terminal);
  display.show(at(0, { current: 'a', others: ['b'] }));
  display.show(at(1, { current: 'b', ended: ended(1) }));
  expect(terminal.writes).toHaveLength(2);
  expect(drawing(terminal.writes[1] ?? '').lines.slice(-2)).toEqual([' ✓ case-1  p50 1 ms', ' ▸ b  measuring']);
});

test('a pipe hears of those that go on, by one name and their number', () => {
  vi.useFakeTimers();
  const terminal = recordingTerminal(false);
  const display = progressDisplay(terminal);
  display.show(at(4, { current: 'idle', others: ['echo', 'connect'] }));
  vi.advanceTimersByTime(30_000);
  expect(terminal.writes).toEqual(['[4/50] block 1/5  0:42  idle and 2 more  still measuring\n']);
  display.end();
});
