import { batcher } from '../../../codec/batch.ts';
import type { ListenForeign } from './foreign.ts';
import { listenForWebSockets, type Payload } from './websocket.ts';

/** Plays a server whose every WebSocket message is one of the application's. */
export const listenForMessages: ListenForeign = (random) => {
  const payload = (): Payload => random.payload();
  return listenForWebSockets(random, {
    junk: payload,
    next: () => ({ payloads: [payload()], counts: 1 }),
  });
};

/** Plays a server that puts several messages into one WebSocket message. */
export const listenForBatches: ListenForeign = (random) => {
  const junk = (): Payload => random.payload();
  return listenForWebSockets(random, {
    junk,
    next() {
      const payloads: Payload[] = [];
      const counts = 1 + random.below(3);
      const { add, flush } = batcher(0, (batch) => payloads.push(batch));
      const text = random.oneIn(2);
      for (let index = 0; index < counts; index++)
        add(text ? `${random.text()}.` : Buffer.concat([random.bytes(), Buffer.of(0)]));
      flush();
      return random.oneIn(2) ? { payloads, counts } : { payloads: [junk()], counts: 1 };
    },
  });
};
