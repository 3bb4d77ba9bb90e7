import { BROADCAST, opcodeOf } from '../bench/codec/header.ts';
import type { Application } from '../bench/contract.ts';

/** THE application. What every transport's server does with a message; a plain one, without our header, is echoed. */
export const application: Application = (message, reply, broadcast) =>
  opcodeOf(message) === BROADCAST ? broadcast(message) : reply(message);
