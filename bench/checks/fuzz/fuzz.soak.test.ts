import { describe } from 'vitest';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { foreignOf } from '../../transports/index.ts';
import { fuzz } from './harness.ts';

const EXCHANGES = 10_000;
const seed = Number(process.env.WIREBENCH_SEED ?? Date.now() % 2 ** 31);

const all = (await subjects()).filter((subject) => foreignOf(subject) !== null || subject.unavailable !== undefined);

describe.each(all)('$name', (subject) => {
  unavailable(subject.unavailable);

  soak(`${subject.name}: counts whatever a foreign server sends, ${EXCHANGES} times`, 600, async () => {
    const { messages, unreadable, lost, refused } = await fuzz(subject, seed, EXCHANGES);
    return `seed ${seed}: ${messages} messages, ${unreadable} unreadable, ${lost} sessions lost, ${refused} refused`;
  });
});
