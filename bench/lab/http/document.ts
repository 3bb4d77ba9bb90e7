import { createHash } from 'node:crypto';
import type { LabSettings } from '../protocol.ts';

/** Id of the element that holds the page's settings. */
export const SETTINGS_ID = 'lab-settings';

/** Makes the lab's page: one document with its style, its settings and its script. */
export function labDocument(
  settings: LabSettings,
  { style, script }: { readonly style: string; readonly script: string },
): string {
  const safe = script.replace(/<(?=\/script|script|!--)/gi, String.raw`\x3c`);
  const policy = [
    `default-src 'none'`,
    `script-src '${hashOf(safe)}'`,
    `style-src 'unsafe-inline'`,
    'img-src data:',
    // The timers of mqtt.js.
    'worker-src blob:',
    // Transports are served at ports of their own.
    'connect-src http: https: ws: wss:',
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
    '<title>Wirebench lab</title>',
    '<link rel="icon" href="data:,">',
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<div id="lab"></div>',
    `<script type="application/json" id="${SETTINGS_ID}">${JSON.stringify(settings).replaceAll('<', String.raw`\u003c`)}</script>`,
    `<script>${safe}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
