import { expect, test } from 'vitest';
import { quoted, wordsOf } from './command.ts';

test('a command is split into the words that it was made of', () => {
  const words = [
    'npm',
    '--plugin',
    "./it's here/mine $HOME.ts,other.ts",
    '--exec',
    'sh -c \'node "server.js"\'',
    '\\',
    '<x>',
  ];
  expect(wordsOf(words.map(quoted).join(' '))).toEqual(words);
});
