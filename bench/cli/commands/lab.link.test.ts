import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { commandOf } from '../../run/process-tree.ts';
import { endStarted, start, until } from '../../testing/command.ts';
import { chromiumPath } from '../../testing/needs.ts';
import { allChildrenOf, type RunningProcess } from '../../testing/processes.ts';
import { needs } from '../../testing/unavailable.ts';

await needs('chromium');

const folder = mkdtempSync(join(tmpdir(), 'wirebench-inside-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

test('inside namespaces: the relay makes network and cut, and nothing is left', async () => {
  const driver = fileURLToPath(new URL('../../testing/lab/driver.ts', import.meta.url));
  const browser = join(folder, 'browser');
  const driven = join(folder, 'driven');
  writeFileSync(
    browser,
    `#!/bin/sh
for last; do :; done
export WIREBENCH_CHROMIUM='${chromiumPath()}' DRIVEN='${driven}' DRIVEN_URL="$last"
'${process.execPath}' '${driver}'
`,
  );
  chmodSync(browser, 0o755);
  // Its window is closed when the driver ends, which ends the lab.
  const lab = start(['lab', '--inside'], { WIREBENCH_CHROMIUM: browser, DISPLAY: ':99' });
  const profileOf = ({ command }: RunningProcess): string | undefined => /--user-data-dir=(\S+)/.exec(command)?.[1];
  await until(() => allChildrenOf(lab.child.pid).some(profileOf));
  const children = allChildrenOf(lab.child.pid);
  const profile = children.flatMap((one) => profileOf(one) ?? [])[0]!;
  expect(existsSync(profile)).toBe(true);
  const { code, stdout, stderr } = await lab.ended;
  expect(stderr).toContain('Chromium shows the lab');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^http:\/\/10\.77\.0\.1:\d+\/\n$/);
  const shown = readFileSync(driven, 'utf8');
  expect(shown).toMatch(/^In force: the relay between network namespaces/);
  for (const name of ['ws', 'sse', 'webrtc']) expect(shown).toMatch(new RegExp(`^ ?${name}$`, 'm'));
  // A round trip of 60 ms, made by the relay.
  const medians = Array.from(shown.matchAll(/^p50\n+([\d.]+) (ms|s)$/gm), ([, amount, unit]) =>
    unit === 's' ? 1e3 * Number(amount) : Number(amount),
  );
  expect(medians).toHaveLength(3);
  for (const median of medians) expect(median).toBeGreaterThanOrEqual(60);
  // Three namespaces, the relay, the opener of sockets, and the browser.
  expect(children.length).toBeGreaterThanOrEqual(6);
  expect(children.filter(({ pid }) => commandOf(pid) !== '')).toEqual([]);
  expect(existsSync(profile)).toBe(false);
}, 240_000);

test('--inside needs a display and a browser', async () => {
  const none = { DISPLAY: '', WAYLAND_DISPLAY: '', WIREBENCH_CHROMIUM: '/nowhere' };
  const { code, stderr } = await start(['lab', '--inside'], none).ended;
  expect(code).toBe(2);
  expect(stderr).toContain('it needs a display: set DISPLAY');
  expect(stderr).toContain('--inside needs Chromium');
});
