import { expect, test } from 'vitest';
import { Pacer, type Tasks } from './pacer.ts';

/** Tasks on a virtual clock; timers are late by a fixed time, as a browser's are. */
function virtualTasks(lateMs: number) {
  let nowMs = 0;
  const queue: { atMs: number; task: () => void }[] = [];
  const tasks: Tasks = {
    now: () => nowMs,
    after(ms, task) {
      const entry = { atMs: nowMs + ms + lateMs, task };
      queue.push(entry);
      return () => void (queue.includes(entry) && queue.splice(queue.indexOf(entry), 1));
    },
    soon: (task) => void queue.push({ atMs: nowMs + 0.1, task }),
  };
  return {
    tasks,
    runUntil(endMs: number) {
      for (;;) {
        const [next] = queue.toSorted((a, b) => a.atMs - b.atMs);
        if (next === undefined || next.atMs > endMs) break;
        queue.splice(queue.indexOf(next), 1);
        nowMs = Math.max(nowMs, next.atMs);
        next.task();
      }
      nowMs = endMs;
    },
  };
}

test('fires each message at its time, though timers are late', () => {
  const { tasks, runUntil } = virtualTasks(4);
  const pacer = new Pacer(tasks);
  const fired: number[][] = [];
  pacer.add({ firstDueMs: 10, intervalMs: 100, fire: (dueMs) => void fired.push([dueMs, tasks.now() - dueMs]) });
  pacer.add({ firstDueMs: 60, intervalMs: 50, fire: (dueMs) => void fired.push([dueMs, tasks.now() - dueMs]) });
  runUntil(215);
  expect(fired.map(([dueMs]) => dueMs)).toEqual([10, 60, 110, 110, 160, 210, 210]);
  for (const [, lagMs] of fired) expect(lagMs).toBeLessThan(0.2);
});

test('fires what was due while the page was held up, with its own due times', () => {
  const { tasks, runUntil } = virtualTasks(300);
  const fired: number[] = [];
  const remove = new Pacer(tasks).add({ firstDueMs: 100, intervalMs: 100, fire: (dueMs) => void fired.push(dueMs) });
  runUntil(400);
  expect(fired).toEqual([100, 200, 300]);
  remove();
  runUntil(2_000);
  expect(fired).toEqual([100, 200, 300]);
});
