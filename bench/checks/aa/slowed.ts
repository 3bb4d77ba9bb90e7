import { application as unhurried } from '../../../servers/application.ts';
import type { Application } from '../../contract.ts';

/** `…/slowed.ts?microseconds=12`: how long each message is held up. */
const HELD_MS = Number(new URL(import.meta.url).searchParams.get('microseconds')) / 1e3;

/** The servers' own application, made slower on purpose: it works for a while before it does anything with a message. */
export const application: Application = (message, reply, broadcast) => {
  const untilMs = performance.now() + HELD_MS;
  while (performance.now() < untilMs) {
    // A processor that is kept busy, as by slower code.
  }
  return unhurried(message, reply, broadcast);
};

/** The URL of this module with so long a delay. */
export function slowedBy(seconds: number): string {
  const url = new URL(import.meta.url);
  url.searchParams.set('microseconds', String(seconds * 1e6));
  return url.href;
}
