import { BROADCAST, opcodeOf } from '../bench/codec/header.ts';
import type { Application } from '../bench/contract.ts';

/** The application that every transport's server runs: broadcasts or echoes a message as its header says. A message without a header is echoed. */
export const application: Application = (message, reply, broadcast) =>
  opcodeOf(message) === BROADCAST ? broadcast(message) : reply(message);
