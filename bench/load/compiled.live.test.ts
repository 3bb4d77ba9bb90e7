import { readdirSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ECHO } from '../codec/header.ts';
import { LoadGenerator } from '../run/generator.ts';
import { Kit } from '../testing/kit.ts';
import { clientModule, findTransport, loadServer } from '../transports/index.ts';

test('a load worker keeps what it has compiled, though it is killed', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'wirebench-compiled-'));
  await using kit = new Kit();
  const { entry } = findTransport('tcp')!;
  const { url } = await kit.listen(await loadServer(entry));
  const variables = { NODE_COMPILE_CACHE: folder.path };
  const generator = new LoadGenerator({ workers: 1, clients: 1, variables, signal: new AbortController().signal });
  const message = { encoding: 'text', size: 64, seed: 1, opcode: ECHO, reaches: 'sender', options: {} } as const;
  await generator.open({ module: clientModule(entry), urls: [url], ...message }, { until: 1, inFlight: 1 });
  await generator[Symbol.asyncDispose]();
  expect(readdirSync(folder.path, { recursive: true }).length).toBeGreaterThan(10);
});
