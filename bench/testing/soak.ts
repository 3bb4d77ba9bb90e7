import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Steps that have passed, kept from one run to the next. */
const stateFile = join(root, '.cache', 'soak.json');

/** Outcome of a step that passed. */
export interface SoakOutcome {
  readonly seconds: number;
  /** Observations of the step, in a few words. */
  readonly seen: string;
}

interface State {
  /** Fingerprint of the sources that the steps ran with. */
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
 * Registers a step of the soak. A step that has passed before, with the same sources, passes again by its outcome of then: so an
 * interrupted soak goes on where it was. `work` resolves with what it has seen.
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
    // There is none, or it was cut off while it was written: the steps run again.
  }
  return { sources, passed: {} };
}

/** Fingerprint of everything that a step runs. */
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
