import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { browserTransports } from '../../clients/react/index.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('the document shows the component as it is', () => {
  expect(read('../../docs/react.md')).toContain(`\`\`\`tsx\n${read('chat.tsx')}\`\`\`\n`);
});

test('the document names every transport that browsers speak', () => {
  const page = read('../../docs/react.md');
  for (const { name } of browserTransports) if (!name.includes(':')) expect(page).toContain(`\`${name}\``);
});
