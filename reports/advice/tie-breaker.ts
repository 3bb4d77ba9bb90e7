import { list } from '../model/format.ts';
import { factOf } from './candidates.ts';
import type { Evaluation } from './evaluate.ts';
import type { Answers, Measured } from './model.ts';
import { contradicts, NEEDS } from './questions/needs.ts';

/** Question that separates the leaders best: a need not asked for yet, or which of two criteria matters more. */
export function tieBreakerOf(
  { pool, readings }: Evaluation,
  names: readonly string[],
  { needs }: Answers,
  measured: Measured,
): string {
  const leaders = pool.filter(({ name }) => names.includes(name));
  const open = NEEDS.filter(({ id }) => !needs.includes(id) && !contradicts([...needs, id])).map((need) => {
    const able = leaders.filter(({ row }) => factOf(row, need.id, measured)?.value === 'yes').map(({ name }) => name);
    const unable = leaders.filter(({ row }) => factOf(row, need.id, measured)?.value === 'no').map(({ name }) => name);
    return { need, able, unable };
  });
  const telling = open.filter(({ able, unable }) => able.length > 0 && unable.length > 0);
  const [best] = telling.toSorted((a, b) => Math.abs(a.able.length - 1) - Math.abs(b.able.length - 1));
  if (best !== undefined) return `${best.need.question} If so: ${list(best.able, 'or')}.`;
  const [a, b] = leaders;
  const differences = readings.flatMap(({ name, logs, dropped }) => {
    const [left, right] = [logs.get(a?.name ?? ''), logs.get(b?.name ?? '')];
    return dropped !== null || left === undefined || right === undefined ? [] : [{ name, difference: left - right }];
  });
  const forA = differences.toSorted((x, y) => x.difference - y.difference)[0];
  const forB = differences.toSorted((x, y) => y.difference - x.difference)[0];
  if (a === undefined || b === undefined || forA === undefined || forB === undefined) return WHICHEVER;
  if (forA.difference >= -MIN_DIFFERENCE || forB.difference <= MIN_DIFFERENCE) return WHICHEVER;
  return `Which matters more: ${forA.name} (then ${a.name}) or ${forB.name} (then ${b.name})?`;
}

/** Difference of logarithms of cost below which a criterion favours neither leader. */
const MIN_DIFFERENCE = 0.01;

const WHICHEVER = 'No criterion or need separates them. Which of them does the team know best?';
