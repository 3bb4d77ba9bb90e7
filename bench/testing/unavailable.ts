import { beforeEach } from 'vitest';
import { type NeedName, whyUnmet } from './needs.ts';

/** Reports every test of the suite, or of the file, as unavailable for that reason; does nothing without one. */
export function unavailable(reason: string | undefined): void {
  if (reason !== undefined) beforeEach(({ skip }) => skip(reason));
}

/** Reports every test of the suite, or of the file, as unavailable where the machine lacks what they need. */
export async function needs(...names: readonly NeedName[]): Promise<void> {
  for (const name of names) unavailable(await whyUnmet(name));
}
