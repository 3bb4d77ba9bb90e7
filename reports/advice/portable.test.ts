import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Everything that comes along when a module is loaded; what is imported as a type alone does not. */
function loaded(url: URL, seen = new Map<string, string[]>()): Map<string, string[]> {
  if (seen.has(url.href)) return seen;
  const text = readFileSync(fileURLToPath(url), 'utf8');
  const targets = Array.from(
    text.matchAll(/^(?:import|export)(?! type)[^;]*?from '([^']+)';/gm),
    ([, target = '']) => target,
  );
  seen.set(url.href, targets);
  for (const target of targets) if (target.startsWith('.')) loaded(new URL(target, url), seen);
  return seen;
}

test('the model and the record run wherever JavaScript does: a page may bring them along', () => {
  const modules = ['./advise.ts', '../markdown/decision-record.ts'].map((file) =>
    loaded(new URL(file, import.meta.url)),
  );
  const packages = new Set(
    modules.flatMap((files) => [...files.values()].flat()).filter((name) => !name.startsWith('.')),
  );
  expect(modules[0]?.size).toBeGreaterThan(15);
  expect([...packages].filter((name) => !name.startsWith('pure-rand/'))).toEqual([]);
});
