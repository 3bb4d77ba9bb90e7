import type { Application } from '../../contract.ts';

/** Time that a message takes. A fast peer sends the next one sooner. */
const WORK_MS = 1;

/** Application that computes for a while on each message and blocks the server meanwhile. */
export const application: Application = (_message, reply) => {
  const until = performance.now() + WORK_MS;
  while (performance.now() < until);
  void reply('done');
};
