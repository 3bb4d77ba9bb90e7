/**
 * Text of an error with its causes, for a person or a results document. A cause that the message already quotes is not
 * repeated. Errors that stand for several, as those of a connection tried over IPv4 and IPv6, are told one by one.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const several = error instanceof AggregateError ? error.errors.map(errorText).join('; ') : '';
  const message = error.message || several || error.name;
  const cause = isText(error.cause) ? errorText(error.cause) : '';
  return message.includes(cause) ? message : `${message}: ${cause}`;
}

/** False for objects such as a close event, which have no text of their own. */
const isText = (cause: unknown): boolean =>
  cause instanceof Error || typeof cause === 'string' || typeof cause === 'number';
