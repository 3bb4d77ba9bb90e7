import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PATIENCE_SECONDS } from '../testing/patience.ts';
import { Child } from './child.ts';

const file = fileURLToPath(new URL('../testing/ipc/answering-process.ts', import.meta.url));
const patience = { seconds: PATIENCE_SECONDS, signal: new AbortController().signal };

type Orders = { readonly order: 'wait' | 'release' | 'fail' };
type Answers = { readonly answer: 'waited' } | { readonly answer: 'released' };

const start = (): Child<Orders, Answers> => new Child('the process', file, { core: undefined });

test('an order may be given while another waits, and each gets its own answer', async () => {
  await using child = start();
  const waited = child.ask({ order: 'wait' }, 'waited', patience);
  const released = child.ask({ order: 'release' }, 'released', patience);
  expect(await released).toEqual({ answer: 'released' });
  expect(await waited).toEqual({ answer: 'waited' });
});

test('a failure is that of every order that waits', async () => {
  await using child = start();
  const waited = child.ask({ order: 'wait' }, 'waited', patience);
  const failed = child.ask({ order: 'fail' }, 'released', patience);
  await expect(failed).rejects.toThrow('the process failed: asked to fail');
  await expect(waited).rejects.toThrow('asked to fail');
});

test('an answer that nobody waits for is a failure', async () => {
  await using child = start();
  await expect(child.ask({ order: 'release' }, 'waited', patience)).rejects.toThrow('the process answered released');
});
