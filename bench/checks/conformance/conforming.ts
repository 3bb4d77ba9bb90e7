import { platform } from '../../../clients/platform/node.ts';
import { application } from '../../../servers/application.ts';
import {
  capabilitiesOf,
  inBrowserOf,
  loadClient,
  loadServer,
  optionsOf,
  surfaceOf,
  type TransportChoice,
} from '../../transports/index.ts';
import type { Subject } from './harness.ts';
import { type Check, checks } from './suite.ts';

/** Reason of a refusal where the transport declares none. */
const ANY_REASON = /\S/;

/** Makes the suite's subject of a transport, and selects the checks that apply to its capabilities. */
export async function conforming(
  found: TransportChoice,
): Promise<{ readonly subject: Subject; readonly checks: readonly Check[] }> {
  const { entry, variant } = found;
  const [server, client] = await Promise.all([loadServer(entry, variant), loadClient(entry)]);
  const capabilities = capabilitiesOf(found);
  const surface = surfaceOf(found);
  const subject: Subject = {
    server,
    client,
    application,
    platform,
    capabilities,
    refusal: surface?.refusals.tooLarge ?? ANY_REASON,
    ...(entry.port === undefined ? {} : { port: entry.port }),
    ...(entry.datagrams === undefined ? {} : { datagrams: entry.datagrams }),
    ...(surface?.protocol === 'http' && surface.outlivesConnection ? { outlivesConnection: true } : {}),
    options: optionsOf(found),
  };
  return { subject, checks: checks.filter(({ promises }) => promises?.(capabilities) ?? true) };
}

/**
 * Number of sessions that a page opens at a time. Chromium holds the handshake of a WebSocket back for longer, the more others are under
 * way: for up to 80 ms behind ten of them, and for up to 5 s behind sixteen.
 */
const PAGE_OPENS_AT_ONCE = 10;

/** Makes the suite's subject of a transport whose client is to be in a browser, which may carry less than the transport does. */
export async function conformingInBrowser(found: TransportChoice): Promise<Awaited<ReturnType<typeof conforming>>> {
  const { subject: outside, checks } = await conforming(found);
  const subject = { ...outside, opensAtOnce: PAGE_OPENS_AT_ONCE };
  const use = inBrowserOf(found);
  if (use.speaks === 'never' || use.mostBytes === undefined) return { subject, checks };
  const { mostBytes = use.mostBytes } = subject.capabilities;
  const capabilities = { ...subject.capabilities, mostBytes: Math.min(mostBytes, use.mostBytes) };
  return { subject: { ...subject, capabilities }, checks };
}
