import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Results } from '../../bench/results/schema.ts';
import type { Comparison } from '../analysis/compare-model.ts';
import { printable } from '../analysis/format.ts';
import type { Analysis } from '../analysis/model.ts';
import { loadPage } from './bundle.ts';

/** One self-contained document: no script, no request, and the same bytes for the same results. */
export async function renderPage(results: Results, analysis: Analysis): Promise<string> {
  const { renderBody, renderTitle } = await loadPage();
  return documentOf(renderTitle(results), renderBody(results, analysis));
}

/** The same of two runs. */
export async function renderComparison(comparison: Comparison): Promise<string> {
  const { renderComparisonBody, renderComparisonTitle } = await loadPage();
  return documentOf(renderComparisonTitle(comparison), renderComparisonBody(comparison));
}

async function documentOf(title: string, body: string): Promise<string> {
  const css = await readFile(new URL('./page.css', import.meta.url), 'utf8');
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
    printable(title),
    `<style>${style}</style>`,
    '</head>',
    printable(body),
    '</html>',
    '',
  ].join('\n');
}
