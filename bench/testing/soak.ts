import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** File that keeps the steps that have passed. */
const stateFile = join(root, '.cache', 'soak.json');

/** Outcome of a step that passed. */
export interface SoakOutcome {
  readonly seconds: number;
  /** Summary of what the step observed. */
  readonly seen: string;
}

interface State {
  /** Hash of the sources that the steps ran with. */
  readonly sources: string;
  readonly passed: Readonly<Record<string, SoakOutcome>>;
}

declare module 'vitest' {
  interface TaskMeta {
    soak?: SoakOutcome & { readonly earlier: boolean };
  }
}

const sources = fingerprint();

/**
 * Registers a step of the soak. A step that has passed before, with the same sources, is not run again, so that an interrupted soak
 * continues where it was. `work` resolves with a summary of what it observed.
 */
export function soak(name: string, maxSeconds: number, work: () => Promise<string>): void {
  test(name, { timeout: maxSeconds * 1e3 }, async ({ task }) => {
    const before = read().passed[name];
    if (before !== undefined) {
      task.meta.soak = { ...before, earlier: true };
      return;
    }
    const startMs = performance.now();
    const seen = await work();
    const outcome = { seconds: Math.round((performance.now() - startMs) / 1e3), seen };
    task.meta.soak = { ...outcome, earlier: false };
    const passed = { ...read().passed, [name]: outcome };
    mkdirSync(dirname(stateFile), { recursive: true });
    writeFileSync(stateFile, JSON.stringify({ sources, passed } satisfies State, null, 2));
  });
}

function read(): State {
  try {
    const state: State = JSON.parse(readFileSync(stateFile, 'utf8'));
    if (state.sources === sources) return state;
  } catch {
    // The file is missing or was cut off while being written, so all steps run.
  }
  return { sources, passed: {} };
}

/** Hash of all sources that a step may run. */
function fingerprint(): string {
  const hash = createHash('sha256');
  const files = ['bench', 'clients', 'servers'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  for (const file of ['package-lock.json', ...files.filter((one) => one.endsWith('.ts')).toSorted()]) {
    hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}
