/**
 * Text of an error with its causes, for a person or a results document. A cause that the message already contains is not
 * repeated. An error that combines several, such as a connection tried over IPv4 and IPv6, lists them all.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const several = error instanceof AggregateError ? error.errors.map(errorText).join('; ') : '';
  const message = error.message || several || error.name;
  const cause = isText(error.cause) ? errorText(error.cause) : '';
  return message.includes(cause) ? message : `${message}: ${cause}`;
}

/** True if the cause has a text. Objects such as a close event have none. */
const isText = (cause: unknown): boolean =>
  cause instanceof Error || typeof cause === 'string' || typeof cause === 'number';
