import { expect, test } from 'vitest';
import { transports } from '../../transports/index.ts';
import { UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { microCommand } from './micro.ts';

function capture(columns = 120) {
  const said = { out: '', talk: '' };
  const talk = (text: string): void => {
    said.talk += text;
  };
  const out = (text: string): void => {
    said.out += text;
  };
  const progress = { interactive: false, colour: false, width: () => columns, write: talk };
  const io: Io = { out, talk, complain: talk, width: () => columns, colour: false, progress, asks: false };
  return { said, context: { io, interrupted: new AbortController().signal } };
}

test('the table has every part of every transport, and each name once', async () => {
  const { said, context } = capture();
  expect(await microCommand({ seconds: '0.001' }, [], context)).toBe(0);
  expect(said.out).toMatch(/^Messages of 128 bytes\n {2}transport +step +what +ns per message +middle half\n/);
  for (const { id } of transports.filter(({ datagrams }) => datagrams === undefined)) {
    expect(said.out.match(new RegExp(`^  ${id} +client encode `, 'gm'))).toHaveLength(1);
  }
  expect(said.out).toMatch(/^ {2}ws +client encode +ws frame, masked +[\d,]+ +[\d,]+–[\d,]+$/m);
  expect(said.talk).toMatch(
    /^Encoding and decoding, step by step: about \d+ s\.\n {2}json, 128 bytes\n {2}tcp, 128 bytes$/m,
  );
});

test.each([40, 60, 80])('at %i columns names stand below each other, and no line is wider', async (columns) => {
  const { said, context } = capture(columns);
  await microCommand({ transports: 'socketio', seconds: '0.001' }, [], context);
  const lines = said.out.trimEnd().split('\n');
  expect(lines.filter((line) => line.length > columns)).toEqual([]);
  const own = lines.slice(lines.indexOf('  socketio') + 1);
  expect(own[0]).toBe('    client encode');
  const under = own.slice(1, own.indexOf('    server decode'));
  expect(under).toHaveLength(2);
  for (const line of under) expect(line).toMatch(/^ {6}(Sock|ws f).* [\d,]+(–[\d,]+)?$/);
});

test('--json prints one document and nothing else', async () => {
  const { said, context } = capture();
  await microCommand({ transports: 'ws', size: '16,64', seconds: '0.001', json: true }, [], context);
  const { rows } = JSON.parse(said.out) as { rows: Record<string, unknown>[] };
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

test('bad input: one message with every problem', async () => {
  const { said, context } = capture();
  const flags = { transports: 'wss,sse', size: '3', seconds: 'soon' };
  const bad = microCommand(flags, ['unknown flag --x'], context);
  await expect(bad).rejects.toThrow(UsageError);
  await expect(bad).rejects.toThrow(/^- unknown flag --x$/m);
  await expect(bad).rejects.toThrow(/unknown transport "wss", did you mean "ws"\?/);
  await expect(bad).rejects.toThrow(/--size takes whole numbers from 16 to/);
  await expect(bad).rejects.toThrow(/--seconds takes a number from 0.001 to 60, not "soon"/);
  expect(said.out).toBe('');
});

test('interrupted, it prints what it has and says so to the shell', async () => {
  const { said, context } = capture();
  const interruption = new AbortController();
  const io: Io = {
    ...context.io,
    talk: (text) => {
      if (text.includes('ws, 16 bytes')) interruption.abort();
    },
  };
  const flags = { transports: 'ws', size: '16,64', seconds: '0.001', json: true } as const;
  expect(await microCommand(flags, [], { io, interrupted: interruption.signal })).toBe(130);
  const { rows } = JSON.parse(said.out) as { rows: Record<string, unknown>[] };
  expect(rows.map(({ transport, size }) => `${transport} ${size}`)).toEqual(['json 16', 'json 16']);
});

test('interrupted before it began, it measures and prints nothing', async () => {
  const { said, context } = capture();
  expect(await microCommand({ json: true }, [], { ...context, interrupted: AbortSignal.abort() })).toBe(130);
  expect(said.out).toBe('');
});
