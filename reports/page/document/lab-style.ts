import { readFile } from 'node:fs/promises';
import { minifyStyle } from './minify.ts';

/** Style sheets of a report that the lab's page shares, and the lab's own after them. */
const SHEETS = ['styles/base.css', 'styles/frame.css', 'styles/lab.css'];

/** Style of the lab's page, which looks like a report. */
export async function labStyle(): Promise<string> {
  const sheets = await Promise.all(SHEETS.map((name) => readFile(new URL(name, import.meta.url), 'utf8')));
  return sheets.map(minifyStyle).join('\n');
}
