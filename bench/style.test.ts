import { describe, expect, test } from 'vitest';
import { commentsIn, isNode, lineAt, nodesIn, sourcesIn, textOf } from './testing/sources.ts';

const FOLDERS = ['bench', 'servers', 'clients', 'reports', 'examples', 'docs', '.ci'];

/** Words that open a relative clause or a phrase without a subject: STYLE, "Plain English". */
const HEADLESS = /^(What|Of|The same|Where|Who|Whoever|Whose|How|So many|As|Whether|That|Nobody|Nothing)\b(?!-)/;

describe('how the code is written', () => {
  const files = sourcesIn(FOLDERS, { tests: true });

  test('comments open with a subject or a verb', () => {
    const headless = files.flatMap((file) =>
      commentsIn(textOf(file))
        .filter(({ says }) => HEADLESS.test(says))
        .map(({ line, says }) => `${file}:${line} ${says}`),
    );
    expect(headless).toEqual([]);
  });

  test('objects are written out, not spread from literals', () => {
    const spread = files.flatMap((file) => {
      const text = textOf(file);
      return [...nodesIn(text, file)]
        .filter(
          ({ type, argument }) =>
            /^(JSX)?Spread/.test(type) && isNode(argument) && argument.type === 'ObjectExpression',
        )
        .map(({ start }) => `${file}:${lineAt(text, start)}`);
    });
    expect(spread).toEqual([]);
  });

  test('at most 20 source files lie flat in a folder', () => {
    const perFolder = Map.groupBy(sourcesIn(FOLDERS), (file) => file.split('/').slice(0, -1).join('/'));
    // A folder with one file a transport or kind may have as many as there are.
    const full = [...perFolder].filter(
      ([folder, inside]) => inside.length > 20 && !/(transports|kinds|facts|scenarios)$/.test(folder),
    );
    expect(full.map(([folder, inside]) => `${folder}: ${inside.length}`)).toEqual([]);
  });
});
