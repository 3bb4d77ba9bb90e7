import type { WorkerOrder } from '../load/protocol.ts';

const repository = new URL('../../', import.meta.url).href;
/** Modules of clients, by their place in the repository. */
const CLIENT = /^clients\/[\w-]+\.ts$/;

/** Order for another machine: it names the client's module by its place in the repository, which is elsewhere there. */
export function withoutPlace(order: WorkerOrder): WorkerOrder {
  if (!('module' in order)) return order;
  const place = order.module.startsWith(repository) ? order.module.slice(repository.length) : '';
  if (!CLIENT.test(place))
    throw new Error('agents have only the clients of Wirebench; measure a plugin without --agents');
  return { ...order, module: place };
}

/** Order from another machine: its client's module is the one of this repository. Throws if it names anything else. */
export function withOwnClient(order: WorkerOrder): WorkerOrder {
  if (!('module' in order)) return order;
  if (!CLIENT.test(order.module)) throw new Error('an agent runs only the clients of Wirebench');
  return { ...order, module: `${repository}${order.module}` };
}
