import type { BuiltInTransport, TransportEntry } from './shape.ts';
import { transport as complete } from './ws.ts';

/** Type tests of a transport's shape, held by `npm run check`: each line below an `@ts-expect-error` must not compile. */
const { framing: _framing, ...withoutFraming } = complete;
const { roundTrips: _roundTrips, ...withoutRoundTrips } = complete;
const { steps: _steps, ...withoutSteps } = complete;
const { surface: _surface, ...withoutSurface } = complete;
const { addresses: _addresses, ...withoutAddresses } = complete;
const { heartbeats: _heartbeats, ...withoutHeartbeats } = complete;
const { auth: _auth, ...unguarded } = complete.capabilities;

// @ts-expect-error a transport of the repository says what its bytes should be
export const unknownBytes: BuiltInTransport = withoutFraming;
// @ts-expect-error a transport of the repository says what its handshake waits for
export const unknownRoundTrips: BuiltInTransport = withoutRoundTrips;
// @ts-expect-error a transport of the repository says what its encoding is, or null
export const unknownEncoding: BuiltInTransport = withoutSteps;
// @ts-expect-error a transport of the repository says what attacks on it are made of
export const unknownAttacks: BuiltInTransport = withoutSurface;
// @ts-expect-error a transport of the repository says whether it asks for tokens
export const unknownAdmission: BuiltInTransport = { ...complete, capabilities: unguarded };

const variant = { id: 'fast', title: 'in batches', options: {} };
// @ts-expect-error a variant has a formula of its own
export const sameBytes: BuiltInTransport = { ...complete, variants: [variant] };

// @ts-expect-error a transport of the repository says which addresses its client can dial
export const unknownAddresses: BuiltInTransport = withoutAddresses;

// @ts-expect-error a transport of the repository says which intervals its heartbeats can have
export const unknownHeartbeats: BuiltInTransport = withoutHeartbeats;

/** Entry of a transport from outside the repository, which may omit all of these. */
export const plugin: TransportEntry = {
  id: 'mine',
  title: 'My transport',
  family: 'other',
  capabilities: unguarded,
  variants: [variant],
};
