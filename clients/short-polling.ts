import type { ClientSettings, Receiver, Session } from '../bench/contract.ts';
import { type Pace, pollAt } from './shared/polling.ts';

/** Short polling: a GET every `intervalMs` milliseconds (an option), whether or not there are messages. */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const intervalMs = Number(settings.options.intervalMs);
  if (!(intervalMs > 0)) return Promise.reject(new Error('short polling needs the option intervalMs, greater than 0'));
  return pollAt(every(intervalMs), url, receiver, settings);
}

/**
 * Paces polls at fixed intervals. Due times count from one starting time, so that one late request does not delay later ones. A poll
 * that comes due while the last request is in progress is skipped. The starting time is random within an interval: otherwise
 * sessions that open together would poll together and all wait equally long.
 */
export function every(intervalMs: number, nowMs = () => performance.now(), random = Math.random): Pace {
  const beganMs = nowMs() + random() * intervalMs;
  let last = -1;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    next() {
      const passedMs = nowMs() - beganMs;
      last = Math.max(last + 1, Math.ceil(passedMs / intervalMs));
      return new Promise((resolve) => {
        timer = setTimeout(resolve, last * intervalMs - passedMs);
      });
    },
    stop() {
      clearTimeout(timer);
    },
  };
}
