import { buildSchema, type GraphQLSchema } from 'graphql';
import type { Message } from '../../../bench/contract.ts';
import { textOf } from '../http/http.ts';

/** With option `base64`: the same messages as bytes, in base64, beside those as text. */
const bytesSchema = `
  "base64 (RFC 4648 §4)"
  scalar Bytes
  extend type Mutation { b(m: Bytes!): Boolean! }
  extend type Subscription { b: Bytes! }
`;

/** Names are as short as they can be, so that the protocol's framing is what is added to a message. */
const textSchema = `
  type Query { m: String }
  type Mutation { send(m: String!): Boolean! }
  type Subscription {
    "Answers and broadcasts. The first value is empty and says that the subscription is live."
    m: String!
  }
`;

export const schemaOf = ({ base64 }: { base64: boolean }): GraphQLSchema =>
  buildSchema(base64 ? textSchema + bytesSchema : textSchema);

/** What a subscription is given. graphql calls what is a function, and only what was selected. */
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
