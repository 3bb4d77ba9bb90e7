import type { NotMeasured } from './schema.ts';

/** Figures that cannot be measured on somebody else's server. */
export const SERVER_NOT_OURS: readonly NotMeasured[] = ['usage.server', 'memory.server', 'memory.steps'].map(
  (path) => ({
    path,
    reason: 'not measured on a server that is not ours',
  }),
);

/** Bytes of a client that opens TLS in its own way. */
export const BYTES_ABOVE_TLS: NotMeasured = {
  path: 'wire',
  reason: 'not measured, because the client opens TLS without its platform, which hides the bytes of the network',
};

/** Times between nodes of a trial in which no message goes from one session to another. */
export const NOT_BETWEEN_NODES: NotMeasured = {
  path: 'latency.sameNode',
  reason: 'not measured, because no session sends to sessions of other nodes here',
};

/** Reason why one of these figures of a trial was not measured; undefined if all were. */
export function whyNotMeasured(
  { notMeasured = [] }: { readonly notMeasured?: readonly NotMeasured[] | undefined },
  paths: readonly string[],
): string | undefined {
  return notMeasured.find(({ path }) => paths.some((wanted) => isWithin(path, wanted)))?.reason;
}

const isWithin = (outer: string, inner: string): boolean => inner === outer || inner.startsWith(`${outer}.`);
