import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { isInteractive, type Progress, progressDisplay, type Terminal } from './progress.ts';

function recordingTerminal(interactive: boolean, width = 80): Terminal & { readonly writes: string[] } {
  const writes: string[] = [];
  return { interactive, colour: false, width: () => width, write: (text) => writes.push(text), writes };
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
  // One drawing for each trial's beginning, and one at the end.
  expect(terminal.writes).toHaveLength(51);
  for (const text of terminal.writes) {
    const lines = stripVTControlCharacters(text).replaceAll('\r', '').trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(12);
    for (const line of lines) expect(line.length).toBeLessThan(40);
  }
  expect(terminal.writes.at(-1)).toContain('100 %');
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
