import type { Backplane, Options, ServerSettings } from '../../../bench/contract.ts';

/** True if the options name an adapter of the server's library, which connects the servers of one service over Redis. */
export const adapts = ({ adapter }: Options): boolean => adapter !== undefined;

/** Adapter that the settings name, with the Redis that it needs; undefined if they name none. Throws if they name no Redis. */
export function adapterOf({
  options,
  backplane,
}: Pick<ServerSettings, 'options' | 'backplane'>):
  | { readonly adapter: string; readonly backplane: Backplane }
  | undefined {
  if (!adapts(options)) return undefined;
  const adapter = String(options.adapter);
  if (backplane === undefined)
    throw new Error(`the adapter "${adapter}" needs a Redis, which the settings do not name`);
  return { adapter, backplane };
}
