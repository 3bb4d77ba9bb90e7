import type { CLIENTS_IN, FAULTS, POLICIES, READERS, RUNTIMES } from './dimensions.ts';

/**
 * Known values of fields for which a later version may have more; those of dimensions are in `dimensions.ts`. They are not in
 * `schema.ts`, so that a page can set aside unknown values without embedding zod.
 */
export const KINDS = ['load', 'closed', 'capacity', 'idle', 'connect', 'wire', 'recovery', 'slow'] as const;
export type Fault = (typeof FAULTS)[number];
export type Policy = (typeof POLICIES)[number];
export type Reader = (typeof READERS)[number];
export type ClientsIn = (typeof CLIENTS_IN)[number];
export type Runtime = (typeof RUNTIMES)[number];
/** Receivers of each message: its sender, every session, or every session except the sender's. */
export const REACHES = ['sender', 'everyone', 'others'] as const;
export type Reaches = (typeof REACHES)[number];
/** Number of sessions that receive each message. */
export function receiversOf(reaches: Reaches, clients: number): number {
  if (reaches === 'sender') return 1;
  return reaches === 'everyone' ? clients : clients - 1;
}
/** Number of deliveries that were lost, without those that were still queued. */
export const lostIn = ({
  lost,
  overdue = 0,
}: {
  readonly lost: number;
  readonly overdue?: number | undefined;
}): number => lost - overdue;
export const LAYERS = ['socket', 'link'] as const;
export const LINKS = ['loopback', 'veth'] as const;
/** Families of transports by underlying mechanism; charts give each a colour. */
export const FAMILIES = ['floor', 'socket', 'stream', 'polling', 'broker', 'rpc', 'peer', 'other'] as const;
export type Family = (typeof FAMILIES)[number];
export const STATES = ['valid', 'suspect', 'invalid', 'failed'] as const;

/** True if the server ran already, so that nothing is known of it but its address: no command of the run started it. */
export const ranElsewhere = ({
  target,
  exec,
}: {
  readonly target?: string | null | undefined;
  readonly exec?: string | undefined;
}): boolean => (target ?? null) !== null && exec === undefined;
