import { createServer, type Socket } from 'node:net';
import { encodeFrame } from '../../../codec/frame.ts';
import { bindForeign, described, type ListenForeign, writeInPieces } from './foreign.ts';

/** Plays a server of length-prefixed messages over TCP, whose first is empty. */
export const listenForFrames: ListenForeign = async (random) => {
  let newest: Socket | undefined;
  const server = createServer({ noDelay: true }, (socket) => {
    newest = socket.resume();
    if (foreign.opening === 'sound') socket.write(encodeFrame(''));
    else
      writeInPieces(random, socket, random.pick([random.bytes(), Buffer.from(random.text()), encodeFrame('')]), true);
  });
  const bound = await bindForeign(server);
  const message = (): Buffer => encodeFrame(random.payload());
  const foreign: Awaited<ReturnType<ListenForeign>> = {
    ...bound,
    url: `tcp://${bound.authority}`,
    opening: 'sound',
    say: (what) => void newest!.write(what),
    arrive() {
      const frames = Array.from({ length: 1 + random.below(3) }, message);
      const bytes = Buffer.concat(frames);
      if (!random.oneIn(25)) {
        writeInPieces(random, newest!, bytes);
        return { what: `frames ${described(bytes)}`, counts: frames.length };
      }
      // A length that is never filled, and then the end.
      const junk = random.pick([
        Buffer.from(random.text()),
        random.bytes(),
        Buffer.alloc(0),
        Buffer.of(255, 255, 255, 255),
      ]);
      writeInPieces(random, newest!, Buffer.concat([bytes, junk]), true);
      return { what: `frames ${described(bytes)}, then ${described(junk)} and the end`, counts: frames.length + 1 };
    },
  };
  return foreign;
};
