import { application as ordinary } from '../../../servers/application.ts';
import type { Application } from '../../contract.ts';

/** Time that each message is delayed, from this module's URL: `…/slowed.ts?microseconds=12`. */
const DELAY_MS = Number(new URL(import.meta.url).searchParams.get('microseconds')) / 1e3;

/** Ordinary application, made slower on purpose: it computes for a while before it handles a message. */
export const application: Application = (message, reply, broadcast) => {
  const untilMs = performance.now() + DELAY_MS;
  while (performance.now() < untilMs) {
    // Keeps the CPU busy, as slower code would.
  }
  return ordinary(message, reply, broadcast);
};

/** URL of this module with a delay. */
export function slowedBy(seconds: number): string {
  const url = new URL(import.meta.url);
  url.searchParams.set('microseconds', String(seconds * 1e6));
  return url.href;
}
