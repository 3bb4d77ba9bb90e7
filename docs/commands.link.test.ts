import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { wirebench } from '../bench/testing/in-process.ts';
import { differentCommands, ON_LINK, wordsOf } from './shown-commands.ts';

const place = mkdtempSync(join(tmpdir(), 'wirebench-documents-link-'));
afterAll(() => rmSync(place, { recursive: true }));

const commands = differentCommands.filter(({ command }) => ON_LINK.test(command));

test('the documents have commands that need a private link', () => expect(commands.length).toBeGreaterThan(2));

// Several documents may capture into one file.
test.for(commands)('$command ($files)', async ({ command }) => {
  const { code, stdout, stderr } = await wirebench([...wordsOf(command), '--force'], { cwd: place });
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('\nwireshark -r ');
});
