import { serveIpc } from '../../ipc.ts';
import { measureMicro } from './measure.ts';
import type { MicroAnswer, MicroOrder } from './protocol.ts';

/** Serves orders to measure encoding and decoding. The process ends with its parent. */
async function measure({ transport, size, secondsPerStep }: MicroOrder): Promise<MicroAnswer> {
  const { signal } = new AbortController();
  return {
    answer: 'measured',
    rows: await measureMicro({ transports: [transport], sizes: [size], secondsPerStep, signal }),
  };
}

serveIpc(measure);
