import type { Encoding, Options } from '../../bench/contract.ts';
import { addressOf } from './address.ts';
import type { ReconnectPolicy } from './connection.ts';
import { type BrowserTransport, browserTransport } from './transports.ts';

/** Settings of a connection. A change of any of them closes it and opens another. */
export interface RequestSettings {
  /** Messages are text, or bytes. Absent: `text`. */
  readonly encoding?: Encoding | undefined;
  /** Token that the transport shows in its protocol's own way. */
  readonly token?: string | undefined;
  /** Options of the transport's client that override those of its name, such as `{ heartbeatSeconds: 25 }`. */
  readonly settings?: Options | undefined;
  /** Policy of reconnecting after a loss. Absent: `managed`, which is alike for every transport. */
  readonly reconnect?: ReconnectPolicy | undefined;
  /** Time without an arrival after which an open connection counts as lost. Absent: silence is no loss. Only with `managed` or `none`. */
  readonly silenceMs?: number | undefined;
  /** Maximum time of an attempt to connect. Absent: 10,000. */
  readonly attemptMs?: number | undefined;
  /** Maximum number of messages that wait while the connection is not open. Absent: 100. */
  readonly maxQueued?: number | undefined;
}

/** Connection that a component asks for. */
export interface ConnectionRequest {
  /** Text that is equal for equal connections. */
  readonly key: string;
  readonly transport: BrowserTransport;
  readonly url: string;
  readonly encoding: Encoding;
  readonly token: string | undefined;
  readonly options: Options;
  readonly reconnect: ReconnectPolicy;
  readonly silenceMs: number | undefined;
  readonly attemptMs: number;
  readonly maxQueued: number;
}

const POLICIES: readonly unknown[] = ['managed', 'library', 'none'] satisfies readonly ReconnectPolicy[];
const ENCODINGS: readonly unknown[] = ['text', 'binary'] satisfies readonly Encoding[];

/** Checks what a component asks for, so that a mistake is an error where it was made. @throws with all that is wrong */
export function connectionRequest(name: string, url: string, given: RequestSettings): ConnectionRequest {
  const { encoding = 'text', token, reconnect = 'managed', silenceMs, attemptMs = 10_000, maxQueued = 100 } = given;
  const transport = browserTransport(name);
  const options = { ...transport.options, ...given.settings };
  const problems = [
    ENCODINGS.includes(encoding) ? '' : `encoding must be text or binary, not ${JSON.stringify(encoding)}`,
    encoding === 'binary' && transport.binary === false ? `${name} carries no binary messages` : '',
    POLICIES.includes(reconnect) ? '' : `reconnect must be ${POLICIES.join(', ')}, not ${JSON.stringify(reconnect)}`,
    silenceMs === undefined || silenceMs > 0 ? '' : `silenceMs must be more than 0, not ${silenceMs}`,
    attemptMs > 0 ? '' : `attemptMs must be more than 0, not ${attemptMs}`,
    Number.isInteger(maxQueued) && maxQueued >= 0 ? '' : `maxQueued must be a whole number from 0, not ${maxQueued}`,
  ].filter(Boolean);
  if (problems.length > 0) throw new TypeError(`useTransport: ${problems.join('; ')}`);
  const rest = { encoding, token, options, reconnect, silenceMs, attemptMs, maxQueued };
  // A relative address has its meaning in a page alone: what renders it elsewhere checks the rest of it.
  addressOf(url, transport, baseOfPage());
  const sorted = Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { key: JSON.stringify([name, url, { ...rest, options: sorted }]), transport, url, ...rest };
}

interface Place {
  readonly href: string;
}

/** Address to which addresses are relative: the page's; on a server that renders a page, a placeholder. */
export function baseOfPage(): string {
  const { location } = globalThis as { readonly location?: Place };
  return location?.href ?? 'https://localhost/';
}
