import { describe, expect, test } from 'vitest';
import { command, partsOf } from '../../bench/results/command.ts';
import { bare } from './paint.ts';
import { table } from './table.ts';
import { columnsOf, cut, cutMiddle, hanging, pad, wrap, wrapLines } from './text.ts';

const FAMILY = '👩‍👩‍👧';

describe('columns', () => {
  test.each([
    ['ws', 2],
    ['転送', 4],
    ['ｗｓ', 4],
    ['🚀', 2],
    [FAMILY, 2],
    ['e\u0301', 1],
    ['p99 ≥ 5 µs ▲▼≈∅○—', 17],
  ])('%j takes %i', (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });

  test('a text is cut at its columns, and never through a character', () => {
    expect(cut('websocket', 9)).toBe('websocket');
    expect(cut('websocket', 8)).toBe('websock…');
    expect(cut('転送転送', 8)).toBe('転送転送');
    expect(cut('転送転送', 7)).toBe('転送転…');
    expect(cut('転送転送', 6)).toBe('転送…');
    expect(cut(FAMILY.repeat(3), 4)).toBe(`${FAMILY}…`);
    expect(cut('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301…');
    expect([cut('ws', 1), cut('ws', 0)]).toEqual(['…', '']);
  });

  test('of a name beginning and end are kept', () => {
    expect(cutMiddle('websocket', 9)).toBe('websocket');
    expect(cutMiddle('websocket', 6)).toBe('web…et');
    expect(cutMiddle('転送転送転送', 8)).toBe('転送…送');
    expect([3, 2, 1, 0].map((columns) => cutMiddle('websocket', columns))).toEqual(['w…t', 'w…', '…', '']);
  });

  test('and filled up to them', () => {
    expect(pad('転送', 6)).toBe('転送  ');
    expect(pad('9', 3, 'right')).toBe('  9');
    expect(pad('websocket', 3)).toBe('websocket');
  });
});

describe('paragraphs', () => {
  test('break between words, and hang below their first line', () => {
    expect(wrap('a transport that carries messages', 16)).toEqual(['a transport that', 'carries messages']);
    expect(hanging('Warning: p99 not shown for ws', 16)).toEqual(['Warning: p99 not', '  shown for ws']);
    expect(wrap('→ use another', 11, '    ', '  ')).toEqual(['  → use', '    another']);
    expect(wrap('first in 87 % of draws', 11)).toEqual(['first in', '87 % of', 'draws']);
  });

  test('a word that no line can hold is broken at the edge, a path is not', () => {
    expect(wrap('at 0123456789abcdef end', 10)).toEqual(['at', '0123456789', 'abcdef end']);
    expect(wrap('転送転送転送', 5)).toEqual(['転送', '転送', '転送']);
    expect(wrap('see reports/runs/2026/report.html there', 10)).toEqual([
      'see',
      'reports/runs/2026/report.html',
      'there',
    ]);
  });

  test('each line of a text is wrapped by itself, and keeps its blanks', () => {
    expect(wrapLines('- one two three\n  four five six\n', 10)).toBe('- one two\n  three\n  four\n    five\n    six\n');
    expect(wrapLines('no edge to break at', Number.POSITIVE_INFINITY)).toBe('no edge to break at');
  });

  test('a line narrower than a character still ends', () => {
    expect(wrap('転送', 1)).toEqual(['転送']);
  });
});

describe('commands', () => {
  const LONG = "npm run bench -- --transports ws,sse --objective 'p99<50ms' --rate 100";
  const SHORT = 'npm run doctor';
  const WIDTHS = [1, 2, 10, 20, 40, 60, 79, 80, 100, 160, Number.POSITIVE_INFINITY];

  test.each([LONG, SHORT, "npm run choose -- './a`b.json'", 'sysctl net.core.somaxconn=4096', 'npm run x -- "``"'])(
    '%s is whole at any width, alone, in a sentence, in brackets, in a list and in a log',
    (line) => {
      const marked = command(line);
      const texts = [
        `    ${marked}`,
        `This command measures it: ${marked}`,
        `This command measures it: ${marked} 12 % of runs then fit`,
        `${marked} says more; see ${marked}, or run ${marked}.`,
        `raise the limit (${marked}, as root) at once`,
      ];
      for (const text of texts) {
        const count = text.split(marked).length - 1;
        for (const width of WIDTHS) {
          const lines = wrapLines(text, width).split('\n');
          expect(lines.join('\n').split(line), `${width}: ${text}`).toHaveLength(count + 1);
          if (text.startsWith('This') && width < 200) expect(lines.map((one) => one.trim())).toContain(line);
          if (text.startsWith('    ')) expect(lines).toEqual([`    ${line}`]);
        }
      }
    },
  );

  test('what stands around them is wrapped as ever', () => {
    expect(wrap(`use ${command(SHORT)} to see more`, 24)).toEqual(['use `npm run doctor` to', 'see more']);
    expect(wrap(`This measures it: ${command(SHORT)} and more`, 30, '  ', '')).toEqual([
      'This measures it:',
      '  npm run doctor',
      '  and more',
    ]);
  });

  test('backticks around anything else mark nothing', () => {
    for (const text of ['a `quoted` word', '`rm -rf` it', 'npm run bench', '``', '`npm`', '`npm run x']) {
      expect(partsOf(text)).toEqual([{ text, isCommand: false }]);
    }
    expect(partsOf(`${command(SHORT)} ${command(LONG)}`)).toEqual([
      { text: SHORT, isCommand: true },
      { text: ' ', isCommand: false },
      { text: LONG, isCommand: true },
    ]);
  });
});

test('names in wide characters keep a table’s columns in line', () => {
  const rows = table(
    [
      { header: 'transport', align: 'left', cells: ['転送プロトコル', 'ws', `${FAMILY} family`].map(bare) },
      { header: 'p50 ms', align: 'right', cells: ['1.5', '0.17', '12'].map(bare) },
    ],
    40,
    (text) => text,
  );
  expect(rows.map(columnsOf)).toEqual([22, 22, 22, 22]);
});
