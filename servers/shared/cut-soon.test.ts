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

test('a connection on which nothing comes is cut after three seconds', () => {
  const socket = cut();
  vi.advanceTimersByTime(2_999);
  expect(socket.destroy).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(socket.destroy).toHaveBeenCalledOnce();
});

test('a peer that still sends is cut once it has finished', () => {
  const socket = cut();
  for (let part = 0; part < 2; part++) {
    socket.bytesRead += 1;
    vi.advanceTimersByTime(3_000);
  }
  expect(socket.destroy).not.toHaveBeenCalled();
  vi.advanceTimersByTime(3_000);
  expect(socket.destroy).toHaveBeenCalledOnce();
});

test('a peer that never stops sending is cut after nine seconds', () => {
  const socket = cut();
  for (let part = 0; part < 3; part++) {
    expect(socket.destroy).not.toHaveBeenCalled();
    socket.bytesRead += 1;
    vi.advanceTimersByTime(3_000);
  }
  expect(socket.destroy).toHaveBeenCalledOnce();
});

test('a peer that closes is not cut, and no timer is left', () => {
  const socket = cut();
  socket.emit('close');
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(20_000);
  expect(socket.destroy).not.toHaveBeenCalled();
});
