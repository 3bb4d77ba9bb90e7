import { beforeEach } from 'vitest';
import { type NeedName, whyUnmet } from './needs.ts';

/** Skips every test of the suite or file, for a reason; does nothing without one. */
export function unavailable(reason: string | undefined): void {
  if (reason !== undefined) beforeEach(({ skip }) => skip(reason));
}

/** Skips every test of the suite or file where the machine lacks one of its needs. */
export async function needs(...names: readonly NeedName[]): Promise<void> {
  for (const name of names) unavailable(await whyUnmet(name));
}
