import type { Lane, RunOrder } from '../../bench/lab/protocol.ts';
import { browserTransports, type TransportName } from '../react/transports.ts';
import { LaneRecord } from './record.ts';

/** Lane of a run in the page. */
export interface PageLane {
  readonly name: TransportName;
  /** Address that the page dials. */
  readonly url: string;
  readonly token: string | undefined;
  readonly record: LaneRecord;
}

/** Run in the page, from its start until another one begins. */
export interface PageRun {
  readonly id: string;
  readonly order: RunOrder;
  readonly lanes: readonly PageLane[];
  readonly startedMs: number;
}

/** True if the page has a client for the transport. */
export const isSpoken = (name: string): name is TransportName => browserTransports.some((one) => one.name === name);

/** Makes the lanes of a run. @param host name by which the page was reached, which reaches the proxies too */
export function lanesOf(lanes: readonly Lane[], { size, rate }: RunOrder, host: string, nowMs: number): PageLane[] {
  return lanes.flatMap(({ name, url, token }) => {
    if (!isSpoken(name)) return [];
    const address = new URL(url);
    address.hostname = host;
    const record = new LaneRecord({ transport: name, size, rate, nowMs });
    return [{ name, url: address.href, token: token ?? undefined, record }];
  });
}
