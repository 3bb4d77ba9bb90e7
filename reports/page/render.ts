import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Results } from '../../bench/results/schema.ts';
import { printable } from '../analysis/format.ts';
import type { Analysis } from '../analysis/model.ts';
import { loadPage } from './bundle.ts';

/** One self-contained document: no script, no request, and the same bytes for the same results. */
export async function renderPage(results: Results, analysis: Analysis): Promise<string> {
  const [{ renderBody, renderTitle }, css] = await Promise.all([
    loadPage(),
    readFile(new URL('./page.css', import.meta.url), 'utf8'),
  ]);
  const style = `\n${css.trim()}\n`;
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    printable(renderTitle(results)),
    `<style>${style}</style>`,
    '</head>',
    printable(renderBody(results, analysis)),
    '</html>',
    '',
  ].join('\n');
}
