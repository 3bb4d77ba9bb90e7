import { findTransport } from '../../transports/index.ts';
import { type Echo, message } from './chain.ts';

/** Name of rows of their own, for orientation: JSON without any protocol. No transport has this name. */
export const JSON_ALONE = 'json';

/** Steps of a transport's echo; undefined where it has none, as a variant, a plugin and what native code encodes. */
export async function echoOf(name: string): Promise<Echo | undefined> {
  if (name === JSON_ALONE) return jsonAlone();
  const choice = findTransport(name);
  return choice?.variant === null ? choice.entry.steps?.() : undefined;
}

function jsonAlone(): Echo {
  const up = message()
    .timed('client encode', 'JSON.stringify of the message', 'node', (text) => JSON.stringify(text))
    .timed('server decode', 'JSON.parse of the message', 'node', (json) => JSON.parse(json) as string);
  return { up, down: message() };
}
