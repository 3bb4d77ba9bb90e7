import type { WebSocket } from 'ws';

/**
 * Pings every peer at an interval, and cuts those that have not answered the ping before: "How to detect and close broken
 * connections" of the README of `ws`.
 *
 * @param seconds interval; 0 for no pings
 * @returns a function that stops the pings
 */
export function pingPeers(peers: () => Iterable<WebSocket>, seconds: number): () => void {
  if (seconds === 0) return () => {};
  const unanswered = new WeakSet<WebSocket>();
  const timer = setInterval(() => {
    for (const peer of peers()) {
      if (unanswered.has(peer)) {
        peer.terminate();
        continue;
      }
      unanswered.add(peer);
      peer.once('pong', () => unanswered.delete(peer));
      peer.ping();
    }
  }, seconds * 1e3);
  return () => clearInterval(timer);
}
