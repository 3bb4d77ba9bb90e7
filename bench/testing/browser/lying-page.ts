import type { ClientModule } from '../../contract.ts';
import { servePage } from '../../load/browser/page.ts';
import { connectLying } from '../faults/liar.ts';

/** Makes this page a load worker whose client lies to it. */
export function serveLiar(client: ClientModule): void {
  servePage({ connect: (url, receiver, settings) => connectLying(client, url, receiver, settings) });
}
