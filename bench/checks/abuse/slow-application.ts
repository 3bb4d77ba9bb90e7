import type { Application } from '../../contract.ts';

/** Milliseconds that a message takes here: less than a fast peer needs to send the next. */
const WORK_MS = 1;

/** An application that computes, as a peer sees it from outside: nothing else is done meanwhile. */
export const application: Application = (_message, reply) => {
  const until = performance.now() + WORK_MS;
  while (performance.now() < until);
  void reply('done');
};
