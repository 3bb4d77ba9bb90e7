import { describe, expect, test } from 'vitest';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { foreignOf } from '../../transports/index.ts';
import { fuzz } from './harness.ts';

/** Exchanges of each client; `npm run soak` has more, with other seeds. */
const EXCHANGES = 500;
const seed = Number(process.env.WIREBENCH_SEED ?? 13);

const all = (await subjects()).filter((subject) => foreignOf(subject) !== null || subject.unavailable !== undefined);

describe.each(all)('$name', (subject) => {
  unavailable(subject.unavailable);

  test('counts whatever a foreign server sends, and no error reaches the process', async () => {
    const { messages, unreadable, lost, refused } = await fuzz(subject, seed, EXCHANGES);
    expect(messages + unreadable + lost + refused).toBeGreaterThan(EXCHANGES / 10);
  });
});
