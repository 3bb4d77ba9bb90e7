/**
 * Text of an error with its causes, for a person or a results document. A cause that the message already contains is not
 * repeated. An error that combines several, such as a connection tried over IPv4 and IPv6, lists them all.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return isText(error) ? String(error) : describe(error);
  const several = error instanceof AggregateError ? error.errors.map(errorText).join('; ') : '';
  const message = error.message || several || error.name;
  const cause = isText(error.cause) ? errorText(error.cause) : '';
  return message.includes(cause) ? message : `${message}: ${cause}`;
}

/** True if the cause has a text. Objects such as a close event have none. */
const isText = (cause: unknown): boolean =>
  cause instanceof Error || typeof cause === 'string' || typeof cause === 'number';

/** Description of a thrown value that is no error. The source of a function, or the word object, would tell a reader nothing. */
function describe(thrown: unknown): string {
  if (typeof thrown === 'function') return 'a function was thrown instead of an error';
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  const { message } = thrown as { message?: unknown };
  if (isText(message)) return String(message);
  try {
    return `an object was thrown instead of an error: ${JSON.stringify(thrown)}`;
  } catch {
    return 'an object was thrown instead of an error';
  }
}
