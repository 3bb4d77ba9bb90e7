import type { TransportChoice } from '../../transports/index.ts';
import { httpAttacks, requestAttacks } from './against-http.ts';
import { http2Attacks } from './against-http2.ts';
import { tcpAttacks } from './against-tcp.ts';
import { noiseAttacks } from './against-udp.ts';
import { webSocketAttacks } from './against-websocket.ts';
import { throughItsClient } from './own-client.ts';
import type { Attack } from './tools/attack.ts';
import type { AttackSurface } from './tools/surface.ts';

/**
 * All attacks on a transport: through its own client, on the protocol that it is built on, and those it brings itself. One without a
 * surface gets none, because attacks on another protocol would tell nothing of it.
 */
export async function attacksOn(
  choice: TransportChoice,
  surface: AttackSurface | undefined,
): Promise<readonly Attack[]> {
  if (surface === undefined) return [];
  return [
    ...throughItsClient(choice, surface),
    ...(choice.entry.datagrams === true ? noiseAttacks : []),
    ...protocolAttacks(surface),
    ...((await surface.attacks?.()) ?? []),
  ];
}

function protocolAttacks(surface: AttackSurface): readonly Attack[] {
  switch (surface.protocol) {
    case 'tcp-stream':
      return tcpAttacks(surface);
    case 'http':
      return [...tcpAttacks(surface), ...requestAttacks, ...httpAttacks(surface)];
    case 'websocket':
      return [...tcpAttacks(surface), ...requestAttacks, ...webSocketAttacks(surface)];
    case 'http2':
      return [...tcpAttacks(surface), ...http2Attacks(surface)];
    case 'udp':
      return [];
  }
}
