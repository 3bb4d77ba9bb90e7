import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cutSoon } from './connections.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class CountingSocket extends EventEmitter {
  bytesRead = 0;
  readonly destroy = vi.fn(() => this.emit('close'));
}

function cut() {
  const socket = new CountingSocket();
  cutSoon(socket);
  return socket;
}

test('a connection on which nothing comes is cut after a second', () => {
  const socket = cut();
  vi.advanceTimersByTime(999);
  expect(socket.destroy).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(socket.destroy).toHaveBeenCalledOnce();
});

test('a peer that still sends is cut once it has finished', () => {
  const socket = cut();
  for (let seconds = 0; seconds < 3; seconds++) {
    socket.bytesRead += 1;
    vi.advanceTimersByTime(1_000);
  }
  expect(socket.destroy).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(socket.destroy).toHaveBeenCalledOnce();
});

test('a peer that never stops sending is cut after five seconds', () => {
  const socket = cut();
  for (let seconds = 0; seconds < 5; seconds++) {
    expect(socket.destroy).not.toHaveBeenCalled();
    socket.bytesRead += 1;
    vi.advanceTimersByTime(1_000);
  }
  expect(socket.destroy).toHaveBeenCalledOnce();
});

test('a peer that closes is not cut, and no timer is left', () => {
  const socket = cut();
  socket.emit('close');
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(10_000);
  expect(socket.destroy).not.toHaveBeenCalled();
});
