import type { LogRecord, ReplayLog } from '../../../bench/contract.ts';

/**
 * Place in the log that a request brings in its query. Anybody may have written it: it is only ever compared, by `since`, which takes
 * whatever is no place for one before the first record. Its length is that of a request's head at most.
 */
export function placeInQuery(
  { url = '' }: { readonly url?: string | undefined },
  parameter: string,
): string | undefined {
  const query = url.indexOf('?');
  return query < 0 ? undefined : (new URLSearchParams(url.slice(query)).get(parameter) ?? undefined);
}

/**
 * Records that a session missed since a place: none for a new session, which brings no place, and none without a log. Send them in the
 * turn of the event loop in which the session joins those that broadcasts reach: then there is no gap between the two, and no repetition.
 */
export function missedSince(log: ReplayLog | undefined, place: string | undefined): readonly LogRecord[] {
  return log === undefined || place === undefined ? [] : log.since(place);
}

/**
 * Does what `missedSince` does, once for a connection that may ask many times. Undefined if it brings a place again: a few bytes would be
 * answered with the whole log each time.
 */
export function missedOnce(
  log: ReplayLog | undefined,
): (place: string | undefined) => readonly LogRecord[] | undefined {
  let given = false;
  return (place) => {
    if (place === undefined) return [];
    if (given) return undefined;
    given = true;
    return missedSince(log, place);
  };
}
