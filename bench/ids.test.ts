import { describe, expect, test } from 'vitest';
import { NEEDS } from '../reports/advice/questions/needs.ts';
import { scenarios } from './scenarios/index.ts';
import { ALLOWED_WORDS } from './testing/allowed-words.ts';
import { isNode, nodesIn, type SyntaxNode, sourcesIn, textOf } from './testing/sources.ts';
import { transports } from './transports/index.ts';

/**
 * No code outside a transport's or scenario kind's own modules knows its id: nothing is compared with one, and no table is keyed by
 * one. That is what keeps adding a transport to five files, and a kind to two modules.
 */
const TRANSPORTS = new Set(transports.map(({ id }) => id));
const KINDS = new Set(scenarios.flatMap(({ id, kind }) => [id, kind.id]));
const isId = (word: unknown): word is string => typeof word === 'string' && (TRANSPORTS.has(word) || KINDS.has(word));

/** Common words that are also kinds' ids: one key of that name is a field, two of them are a table. */
const EVERYDAY = KINDS;

/** Modules of a transport or kind may name themselves; the schema, fixtures and tests may name them all. */
const FREE = [
  /^(servers|clients|bench\/transports|reports\/advice\/facts)\/([\w-]+)\.ts$/,
  /^(bench\/scenarios|reports\/kinds)\/([\w-]+)\.tsx?$/,
];
const EXEMPT = /^bench\/results\/schema\.ts$|\/testing\/|^examples\//;

interface Use {
  readonly file: string;
  readonly word: string;
}

const wordOf = (node: unknown): string | undefined =>
  isNode(node) && node.type === 'Literal' && isId(node.value) ? node.value : undefined;

/** Ids that a node compares something with, or keys a table by. */
function idsAt(node: SyntaxNode): string[] {
  const { type } = node;
  const items = (of: unknown): unknown[] => (Array.isArray(of) ? of : []);
  if (type === 'BinaryExpression' && /^[!=]==?$/.test(String(node.operator)))
    return [wordOf(node.left), wordOf(node.right)].filter((word) => word !== undefined);
  if (type === 'SwitchCase') return [wordOf(node.test)].filter((word) => word !== undefined);
  if (type === 'CallExpression' && isNode(node.callee) && isNode(node.callee.property)) {
    if (!/^(includes|has|indexOf|startsWith)$/.test(String(node.callee.property.name))) return [];
    const listed = isNode(node.callee.object) ? items(node.callee.object.elements) : [];
    return [...items(node.arguments), ...listed].flatMap((item) => wordOf(item) ?? []);
  }
  if (type === 'NewExpression' && isNode(node.callee) && /^(Map|Set)$/.test(String(node.callee.name))) {
    const [list] = items(node.arguments);
    if (!isNode(list)) return [];
    return items(list.elements).flatMap(
      (item) => wordOf(item) ?? (isNode(item) ? (wordOf(items(item.elements)[0]) ?? []) : []),
    );
  }
  if (type === 'ObjectExpression') {
    const keys = items(node.properties).flatMap((property) => {
      if (!isNode(property) || property.shorthand === true || property.computed === true || !isNode(property.key))
        return [];
      const key = property.key.type === 'Literal' ? property.key.value : property.key.name;
      return isId(key) ? [key] : [];
    });
    return keys.length > 1 ? keys : keys.filter((key) => !EVERYDAY.has(key));
  }
  return [];
}

const uses: readonly Use[] = sourcesIn(['bench', 'servers', 'clients', 'reports', '.ci', 'docs'])
  .filter((file) => !EXEMPT.test(file))
  .flatMap((file) => {
    const own = FREE.map((pattern) => pattern.exec(file)?.[2]).find((name) => name !== undefined);
    const module = own !== undefined && (isId(own) || /^(bench\/scenarios|reports\/kinds)/.test(file));
    const text = textOf(file);
    return nodesIn(text, file)
      .flatMap(idsAt)
      .filter((word) => !module || (TRANSPORTS.has(word) && word !== own && !keysOfFacts(file, own).has(word)))
      .map((word) => ({ file, word }));
  });

/** Keys that facts about a transport have besides ids of transports: needs, and the transport's own variants. */
function keysOfFacts(file: string, id: string | undefined): Set<string> {
  if (!file.startsWith('reports/advice/facts/')) return new Set();
  const variants = transports.find((one) => one.id === id)?.variants ?? [];
  return new Set<string>([...NEEDS, ...variants].map((one) => one.id));
}

const keyOf = ({ file, word }: Use): string => `${file} ${word}`;

describe('ids of transports and kinds', () => {
  test('are known to their own modules alone', () => {
    const allowed = new Set(ALLOWED_WORDS.map(keyOf));
    expect([...new Set(uses.map(keyOf))].filter((use) => !allowed.has(use))).toEqual([]);
  });

  test('the list of words that only look like one has no entry that is not needed, and none without a reason', () => {
    const used = new Set(uses.map(keyOf));
    expect(ALLOWED_WORDS.map(keyOf).filter((entry) => !used.has(entry))).toEqual([]);
    expect(new Set(ALLOWED_WORDS.map(keyOf)).size).toBe(ALLOWED_WORDS.length);
    for (const { reason } of ALLOWED_WORDS) expect(reason.length).toBeGreaterThan(10);
  });
});
