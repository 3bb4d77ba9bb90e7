import { graphql } from './graphql.ts';
import { grpc } from './grpc.ts';
import { httpStream } from './http-stream.ts';
import { longPolling } from './long-polling.ts';
import { mqtt } from './mqtt.ts';
import type { Family } from './shape.ts';
import { shortPolling } from './short-polling.ts';
import { socketio } from './socketio.ts';
import { sse } from './sse.ts';
import { webrtc } from './webrtc.ts';
import { webtransport } from './webtransport.ts';
import { ws } from './ws.ts';

/** Transports that the advisor knows, by id, in the order in which it lists them. */
export const FACTS: Readonly<Record<string, Family>> = Object.fromEntries(
  [ws, socketio, sse, httpStream, longPolling, shortPolling, mqtt, graphql, grpc, webrtc, webtransport].map(
    (family) => [family.id, family],
  ),
);

/** Facts about a transport in a variant; undefined if the advisor does not know the transport. */
export function factsOf(transport: string, variant: string | null): Family['facts'] | undefined {
  const family = Object.hasOwn(FACTS, transport) ? FACTS[transport] : undefined;
  if (family === undefined) return undefined;
  const own = variant === null ? undefined : family.variants?.[variant];
  return own === undefined ? family.facts : { ...family.facts, ...own };
}

export const judgementsOf = (transport: string): Family['judgements'] | undefined =>
  Object.hasOwn(FACTS, transport) ? FACTS[transport]?.judgements : undefined;
