import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { Results } from '../../../bench/results/schema.ts';
import type { Comparison } from '../../compare/compare-model.ts';
import { printable } from '../../model/format.ts';
import type { Analysis } from '../../model/model.ts';
import { pooledResponses } from '../../raw/pooled.ts';
import { type View, WHOLE } from '../comparison/comparison-state.ts';
import { loadPage, loadScript } from './bundle.ts';
import {
  ANALYSIS,
  COMPARISON,
  type EmbeddedComparison,
  HISTOGRAMS,
  RESULTS,
  withOwnFigures,
  withoutCurves,
  withoutHistograms,
} from './embedded-data.ts';
import { minifyMarkup, minifyStyle, typeset } from './minify.ts';
import { presentationOf, withPresentation } from './presentation.ts';
import { withoutNeedOfStyle } from './unstyled.ts';

/** Style sheets in `styles/`, in the order of the cascade. */
const STYLES = [
  'base.css',
  'frame.css',
  'answer.css',
  'charts.css',
  'time.css',
  'wire.css',
  'recovery.css',
  'trust.css',
  'data.css',
  'compare.css',
  'advisor.css',
] as const;

/**
 * Renders a run as one self-contained document, which makes no request and has equal bytes for equal results. Answer, tables and charts
 * are markup; its one script only helps to read them.
 */
export async function renderPage(results: Results, analysis: Analysis, sha256: string): Promise<string> {
  const { renderBody, renderTitle } = await loadPage();
  const embedded = [
    embed(RESULTS, withoutHistograms(results)),
    embed(ANALYSIS, withOwnFigures(withoutCurves(analysis))),
    embed(HISTOGRAMS, pooledResponses(results)),
  ];
  return documentOf(renderTitle(results), renderBody(results, analysis, sha256), embedded);
}

/** Renders the comparison of two runs as such a document. `view` is shown until the reader asks for another. */
export async function renderComparison(comparison: Comparison, view: Partial<View> = {}): Promise<string> {
  const { renderComparisonBody, renderComparisonTitle } = await loadPage();
  const usual = { ...WHOLE, ...view };
  return documentOf(renderComparisonTitle(comparison), renderComparisonBody(comparison, usual), [
    embed(COMPARISON, { comparison, view: usual } satisfies EmbeddedComparison),
  ]);
}

/** Embeds a value for the script to unpack. */
const embed = (id: string, value: unknown): string =>
  `<script type="text/plain" id="${id}">${gzipSync(JSON.stringify(value), { level: 9 }).toString('base64')}</script>`;

async function documentOf(title: string, body: string, embedded: readonly string[]): Promise<string> {
  const sheets = await Promise.all(
    STYLES.map((name) => readFile(new URL(`./styles/${name}`, import.meta.url), 'utf8')),
  );
  const style = sheets.map(minifyStyle).join('\n');
  const script = await loadScript();
  const policy = [
    `default-src 'none'`,
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    `img-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
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
    minifyMarkup(
      withPresentation(
        withoutNeedOfStyle(typeset(printable(body)).replace(/<\/body>$/, '')),
        presentationOf(sheets.join('\n')),
      ),
    ),
    ...embedded,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
