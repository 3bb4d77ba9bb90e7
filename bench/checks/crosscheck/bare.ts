import { setTimeout as sleep } from 'node:timers/promises';
import { serveIpc } from '../../ipc.ts';
import type { BareAnswer, BareOrder } from './protocol.ts';

/** Opens one connection whose message goes round and round, and calls `arrived` each time it has come back. */
export type Circle = (url: string, message: string, arrived: () => void) => Promise<void>;

/**
 * A process that does nothing but let a message go round on each of its connections: no schedule, no checking, no
 * recording. What our generator costs beyond it is the price of measuring. It ends with its parent.
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
