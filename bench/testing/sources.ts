import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';

/** Root of the repository, for tests that look at its own sources. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Paths of the TypeScript sources below the folders, relative to the root; with tests only if asked for. */
export function sourcesIn(folders: readonly string[], { tests = false }: { readonly tests?: boolean } = {}): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('reports/runs'))
    .filter((name) => tests || !/\.test\.tsx?$/.test(name))
    .toSorted();
}

export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Node of an ESTree syntax tree. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

/** Nodes of a source text's syntax tree, parents before children. */
export function nodesIn(text: string, file: string): readonly SyntaxNode[] {
  const nodes: SyntaxNode[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isNode(value)) nodes.push(value);
    for (const child of Object.values(value)) visit(child);
  };
  visit(parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' }));
  return nodes;
}

export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** Comments of a source text: the line each begins on, and what it says, without its marks. Runs of `//` lines are one. */
export function commentsIn(text: string): { readonly line: number; readonly says: string }[] {
  const lines = text.split('\n');
  const comments: { line: number; says: string }[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const block = /^\s*(?:\{)?\/\*\*?\s*(.*)$/.exec(line);
    if (block !== null) {
      const first = block[1] === '' ? (lines[index + 1] ?? '').replace(/^\s*\*\s?/, '') : (block[1] ?? '');
      comments.push({ line: index + 1, says: first.replace(/\s*\*\/\}?$/, '') });
      while (index < lines.length && !(lines[index] ?? '').includes('*/')) index++;
      continue;
    }
    const inline = /(?:^|[\s;,{(])\/\/\s?(.*)$/.exec(line);
    if (inline === null || /['"`].*\/\/.*['"`]/.test(line)) continue;
    comments.push({ line: index + 1, says: inline[1] ?? '' });
    while (/^\s*\/\//.test(line) && /^\s*\/\//.test(lines[index + 1] ?? '')) index++;
  }
  return comments;
}
