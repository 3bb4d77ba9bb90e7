import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { isNode, lineAt, nodesIn, type SyntaxNode } from '../bench/testing/sources.ts';

/**
 * Lists every sentence that a user reads: help, errors, terminal, page, Markdown output, and the documents.
 *
 *     node .ci/strings.ts                      all of them, one per line, with file and line number
 *     node .ci/strings.ts --draw 80 --seed 1   80 of them, drawn by seed, for a reader who does not know the project
 */
interface Shown {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Minimum number of words of a sentence; shorter texts are labels and names. */
const MIN_WORDS = 4;

const tracked = (...patterns: readonly string[]): string[] =>
  execFileSync('git', ['ls-files', ...patterns], { encoding: 'utf8' })
    .trim()
    .split('\n');

/** Text of a string, template or JSX node, with `…` in place of each value. */
function textOf(node: SyntaxNode): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type === 'JSXText') return String(node.value);
  if (node.type !== 'TemplateLiteral' || !Array.isArray(node.quasis)) return undefined;
  return node.quasis.map((part: unknown) => (isNode(part) ? (part.value as { cooked: string }).cooked : '')).join('…');
}

const isSentence = (text: string): boolean =>
  text.split(/\s+/).filter((word) => /^[“"'(]?[\p{L}…][\p{L}’'-]*[,.;:)”"']*$/u.test(word)).length >= MIN_WORDS;

function inCode(file: string): Shown[] {
  const source = readFileSync(file, 'utf8');
  return nodesIn(source, file).flatMap((node) => {
    const text = textOf(node)?.replaceAll(/\s+/g, ' ').trim();
    return text !== undefined && isSentence(text) ? [{ file, line: lineAt(source, node.start), text }] : [];
  });
}

/** Sentences of a document's prose and tables, without its code. */
function inDocument(file: string): Shown[] {
  const prose = readFileSync(file, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, (code) => code.replaceAll(/[^\n]/g, ''));
  let line = 1;
  return prose.split(/\n\n/).flatMap((paragraph) => {
    const at = line;
    line += paragraph.split('\n').length + 1;
    if (/^ {4}/.test(paragraph)) return [];
    const pieces = /^\|/.test(paragraph)
      ? paragraph.split('\n')
      : paragraph.replaceAll('\n', ' ').split(/(?<=[.!?])\s+(?=[A-Z*`\d])/);
    return pieces.filter(isSentence).map((text) => ({ file, line: at, text: text.replaceAll(/\s+/g, ' ').trim() }));
  });
}

const shown: readonly Shown[] = [
  ...tracked('bench/**/*.ts', 'reports/**/*.ts', 'reports/**/*.tsx', 'servers/**/*.ts', 'clients/**/*.ts')
    .filter((file) => !/\.test\.|testing\/|fixtures|\.d\.ts$/.test(file))
    .flatMap(inCode),
  ...tracked('*.md', 'docs/**/*.md').flatMap(inDocument),
];

const { values } = parseArgs({ options: { draw: { type: 'string' }, seed: { type: 'string', default: '1' } } });
const random = xoroshiro128plus(Number(values.seed));
const pool = [...shown];
const drawn =
  values.draw === undefined
    ? shown
    : Array.from({ length: Math.min(Number(values.draw), pool.length) }, () =>
        pool.splice(uniformInt(random, 0, pool.length - 1), 1),
      ).flat();
for (const { file, line, text } of drawn) process.stdout.write(`${file}:${line}\t${text}\n`);
