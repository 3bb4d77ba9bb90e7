import type { OpenDimensions } from '../shape.ts';

/** Number of servers that are one service; those of the other values share a back-plane. */
export const ONE_NODE = 1;

/** Number of servers of a case. */
export const nodesOf = ({ dimensions = {} }: { readonly dimensions?: OpenDimensions }): number =>
  Number(dimensions.nodes ?? ONE_NODE);

/** True if several servers of a case share a back-plane. */
export const hasBackplane = (one: Parameters<typeof nodesOf>[0]): boolean => nodesOf(one) > ONE_NODE;

/** Cores that a search of what several servers sustain needs: one for each, one for Redis and one for the load. */
export const coresFor = (nodes: number): number => nodes + 2;
