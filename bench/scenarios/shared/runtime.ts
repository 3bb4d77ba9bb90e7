import { RUNTIMES } from '../../results/dimensions.ts';
import type { Runtime } from '../../results/values.ts';
import type { OpenDimensions } from '../shape.ts';

/** Runtime that servers run in unless a run names others. */
export const DEFAULT_RUNTIME: Runtime = 'node';

/** Runtime that the server of a case runs in. */
export const runtimeOf = ({ dimensions = {} }: { readonly dimensions?: OpenDimensions }): Runtime =>
  RUNTIMES.find((one) => one === dimensions.runtime) ?? DEFAULT_RUNTIME;
