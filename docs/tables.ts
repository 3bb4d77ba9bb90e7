import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transports } from '../bench/transports/index.ts';

/**
 * Writes the tables that stand between `<!-- table: Name -->` and `<!-- end of table -->`: one row after another from the section
 * `### Name` of each transport's page, in the order of bench/transports. Run it with `npm run docs`; a test fails where a table is
 * stale.
 */
const root = new URL('../', import.meta.url);
const DOCUMENTS = ['README.md', 'docs/security.md', 'docs/limits.md', 'docs/protocols.md'];
const MARKED = /<!-- table: (.+?) -->\n[\s\S]*?<!-- end of table -->/g;

const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');

/** Rows of the table below a heading, without its head. */
function rowsUnder(page: string, heading: string): { head: readonly string[]; rows: readonly string[] } {
  const [, section = ''] = page.split(`\n### ${heading}\n`);
  const [title = '', rule = '', ...rows] = (section.split(/\n##+ /)[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'));
  return { head: [title, rule], rows };
}

/** Table of that name over all transports. Throws where a page lacks its row or has another head. */
function tableOf(name: string, document: string): string {
  const parts = transports.map(({ id }) => ({ id, ...rowsUnder(read(`docs/transports/${id}.md`), name) }));
  const [first] = parts;
  for (const { id, head, rows } of parts) {
    if (rows.length === 0) throw new Error(`docs/transports/${id}.md has no table under "### ${name}"`);
    if (head.join() !== first?.head.join())
      throw new Error(`docs/transports/${id}.md: the columns of "### ${name}" differ from those of ${first?.id}`);
  }
  // Links in a page are relative to docs/transports.
  const folder = document.startsWith('docs/') ? 'transports/' : 'docs/transports/';
  return [...(first?.head ?? []), ...parts.flatMap(({ rows }) => rows)]
    .map((line) => line.replaceAll(/\]\((?!https?:|\.\.\/)/g, `](${folder}`))
    .join('\n');
}

/** Text of a document as it should be. */
export const renewed = (document: string): string =>
  read(document).replaceAll(
    MARKED,
    (_, name: string) => `<!-- table: ${name} -->\n${tableOf(name, document)}\n<!-- end of table -->`,
  );

export const documents: readonly {
  readonly file: string;
  readonly text: () => string;
  readonly renewed: () => string;
}[] = DOCUMENTS.map((file) => ({ file, text: () => read(file), renewed: () => renewed(file) }));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { file, text, renewed: next } of documents) {
    if (text() !== next()) writeFileSync(new URL(file, root), next());
  }
}
