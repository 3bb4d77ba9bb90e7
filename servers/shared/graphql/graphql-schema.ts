import { buildSchema, type GraphQLSchema } from 'graphql';
import type { Message } from '../../../bench/contract.ts';
import { textOf } from '../messages.ts';

/** Room in an operation for everything but the message: the query, names, an identifier. JSON may escape text and make it longer. */
export const ENVELOPE_BYTES = 1_024;
/** Interval of the server's pings, or of comments in a stream of events. */
export const KEEP_ALIVE_MS = 12_000;

/** Extension of the schema with option `base64`: messages as bytes, in base64. */
const bytesSchema = `
  "base64 (RFC 4648 §4)"
  scalar Bytes
  extend type Mutation { b(m: Bytes!): Boolean! }
  extend type Subscription { b(since: String): Bytes! }
`;

/** Schema of text messages. Its names are short, so that the protocol's framing is almost all that is added to a message. */
const textSchema = `
  type Query { m: String }
  type Mutation { send(m: String!): Boolean! }
  type Subscription {
    "Answers and broadcasts. The first value is empty and says that the subscription is live; those missed since a place follow it."
    m(since: String): String!
  }
`;

/** Refusal of a further subscription with a place. */
export const GIVEN_ALREADY = 'since was given before on this connection';

/** Arguments of the subscription. */
export interface SubscriptionArguments {
  /** Id of the last message that the client has received. */
  readonly since?: string | null;
}

export const schemaOf = ({ base64 }: { base64: boolean }): GraphQLSchema =>
  buildSchema(base64 ? textSchema + bytesSchema : textSchema);

/** Value of a subscription. graphql calls a field that is a function, and only if it was selected. */
export interface Value {
  readonly m: string | (() => string);
  readonly b: string | (() => string);
  readonly length: number;
}

export function textValue(message: Message): Value {
  const m = String(message);
  return { m, b: m, length: m.length };
}

export function eitherValue(message: Message): Value {
  return {
    m: () => textOf(message),
    b: () => Buffer.from(message).toString('base64'),
    length: message.length,
  };
}
