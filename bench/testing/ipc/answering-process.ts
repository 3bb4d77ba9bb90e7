import { serveIpc } from '../../ipc.ts';

/** Process whose answers of one kind wait until another order comes. */
const waiting: (() => void)[] = [];

serveIpc(async (order: { readonly order: string }) => {
  if (order.order === 'fail') throw new Error('asked to fail');
  if (order.order === 'wait') await new Promise<void>((resolve) => waiting.push(resolve));
  else if (order.order === 'release') for (const release of waiting.splice(0)) release();
  return { answer: order.order === 'wait' ? 'waited' : 'released' };
});
