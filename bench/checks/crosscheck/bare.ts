import { setTimeout as sleep } from 'node:timers/promises';
import { serveIpc } from '../../ipc.ts';
import type { BareAnswer, BareOrder } from './protocol.ts';

/** Opens a connection that sends its message again whenever it is echoed, and calls `arrived` at each echo. */
export type Circle = (url: string, message: string, arrived: () => void) => Promise<void>;

/**
 * Serves orders to run a closed loop on each of many connections, with no schedule, checks or recording. The cost of our
 * generator beyond it is the price of measuring. The process ends with its parent.
 */
export function goRound(circle: Circle): void {
  async function loop({ url, connections, message, warmupSeconds, seconds }: BareOrder): Promise<BareAnswer> {
    let messages = 0;
    const arrived = (): void => {
      messages++;
    };
    for (let opened = 0; opened < connections; opened++) await circle(url, message, arrived);
    await sleep(warmupSeconds * 1e3);
    const before = messages;
    const { user, system } = process.cpuUsage();
    const beganMs = performance.now();
    await sleep(seconds * 1e3);
    const used = process.cpuUsage();
    return {
      answer: 'loop',
      messages: messages - before,
      cpuSeconds: (used.user + used.system - user - system) / 1e6,
      seconds: (performance.now() - beganMs) / 1e3,
    };
  }

  serveIpc(loop);
}
