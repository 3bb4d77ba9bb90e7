import type { NotMeasured } from './schema.ts';

/** Figures of a trial whose server is somebody else's. */
export const SERVER_NOT_OURS: readonly NotMeasured[] = ['usage.server', 'memory.server', 'memory.steps'].map(
  (path) => ({
    path,
    reason: 'the server is not ours to look into',
  }),
);

/** Reason for which one of a trial's figures was not measured; undefined where all of them were. */
export function whyNotMeasured(
  { notMeasured = [] }: { readonly notMeasured?: readonly NotMeasured[] | undefined },
  paths: readonly string[],
): string | undefined {
  return notMeasured.find(({ path }) => paths.some((wanted) => isWithin(path, wanted)))?.reason;
}

const isWithin = (outer: string, inner: string): boolean => inner === outer || inner.startsWith(`${outer}.`);
