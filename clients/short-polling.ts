import type { ClientSettings, Receiver, Session } from '../bench/contract.ts';
import { type Pace, pollAt } from './shared/polling.ts';

/** Short polling: a GET every so many milliseconds (option `intervalMs`), whether there is news or not. */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const intervalMs = Number(settings.options.intervalMs);
  if (!(intervalMs > 0)) return Promise.reject(new Error('short polling wants an option intervalMs above 0'));
  return pollAt(every(intervalMs), url, receiver, settings);
}

/**
 * Due times are counted from one beginning, so that being late once makes no later request late. One whose time passes while
 * the request before is under way is left out. The beginning is anywhere within an interval: sessions that open in step would
 * else ask in step, and the waiting of all would be that of one.
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
