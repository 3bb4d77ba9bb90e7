import { expect, test } from 'vitest';
import { isNode, lineAt, nodesIn, type SyntaxNode, sourcesIn, textOf } from './sources.ts';

/** Shortest bound of a wait. */
const MIN_SECONDS = 50;

/** Tests, what they are made of, and the checks that they run. */
const files = sourcesIn(['bench', 'servers', 'clients', 'reports', 'examples', 'docs'], { tests: true }).filter(
  (file) => /\.test\.tsx?$|(^|\/)testing\/|^bench\/checks\/(abuse|fuzz)\//.test(file),
);

test('a wait is bounded by no time in which a busy machine may not be done', () => {
  for (const text of [
    'until(() => isThere, 10);',
    'vi.waitUntil(isThere, 10_000);',
    'vi.waitFor(isThere, { timeout: 30_000, interval: 5 });',
    'expect.poll(isThere, { timeout: 1e3 });',
    'connect(url, { signal: AbortSignal.timeout(10_000) });',
    "test('a', async () => {}, 20_000);",
    "test('a', { timeout: 20_000 }, async () => {});",
    'const PATIENCE_MS = 20_000;',
    'child.ask(order, { seconds: 20, signal });',
  ]) {
    expect(shortWaits(text), text).toHaveLength(1);
  }
  for (const text of [
    'until(() => isThere);',
    'vi.waitFor(isThere, { timeout: 60_000, interval: 5 });',
    'child.ask(order, { seconds: PATIENCE_SECONDS, signal });',
    'runTrial({ seconds: 0.2, rate: 100 });',
    "test('a', async () => {}, 120_000);",
  ]) {
    expect(shortWaits(text), text).toEqual([]);
  }
  // Time that a test moves by itself waits for nobody.
  const found = files
    .filter((file) => file !== 'bench/testing/patience.test.ts' && !textOf(file).includes('useFakeTimers'))
    .flatMap((file) => shortWaits(textOf(file)).map((line) => `${file}:${line}`));
  expect(found).toEqual([]);
});

/** Text that every bound has, so that sources without it need not be parsed. */
const MAY_WAIT = /\b(?:timeout|until|waitUntil|waitFor|seconds)\b|PATIEN|WAIT_|CONNECT|\},\s*[\d_.e]+,?\s*\)/;

/** Lines of a source with a wait that has a short bound. */
function shortWaits(text: string): readonly number[] {
  if (!MAY_WAIT.test(text)) return [];
  return nodesIn(text, 'x.ts')
    .filter((node) => bounds(node).some((seconds) => seconds < MIN_SECONDS))
    .map(({ start }) => lineAt(text, start));
}

/** Bounds in seconds that a node sets, without those of nodes below it. */
function bounds(node: SyntaxNode): number[] {
  if (node.type === 'CallExpression') return boundsOfCall(nameOf(node.callee), node.arguments as SyntaxNode[]);
  if (node.type === 'VariableDeclarator') return boundOfConstant(nameOf(node.id), numberIn(node.init));
  if (node.type !== 'ObjectExpression') return [];
  const value = (name: string): unknown =>
    (node.properties as SyntaxNode[]).find((property) => nameOf(property.key) === name)?.value;
  const timeout = numberIn(value('timeout'));
  const seconds = value('signal') === undefined ? undefined : numberIn(value('seconds'));
  return [...(timeout === undefined ? [] : [timeout / 1e3]), ...(seconds === undefined ? [] : [seconds])];
}

function boundsOfCall(callee: string, given: readonly SyntaxNode[]): number[] {
  const last = numberIn(given.at(-1));
  if (last === undefined) return [];
  if (callee === 'until') return [last];
  return /^(timeout|waitUntil|waitFor|test|it|beforeAll|afterAll|beforeEach|afterEach)$/.test(callee)
    ? [last / 1e3]
    : [];
}

function boundOfConstant(name: string, value: number | undefined): number[] {
  if (value === undefined || !/PATIEN|WAIT_|CONNECT/.test(name)) return [];
  if (name.endsWith('_MS')) return [value / 1e3];
  return name.endsWith('_SECONDS') ? [value] : [];
}

/** Name of an identifier, or of the property that a member expression ends in. */
function nameOf(node: unknown): string {
  if (!isNode(node)) return '';
  return node.type === 'MemberExpression' ? nameOf(node.property) : String(node.name ?? '');
}

const numberIn = (node: unknown): number | undefined =>
  isNode(node) && node.type === 'Literal' && typeof node.value === 'number' ? node.value : undefined;
