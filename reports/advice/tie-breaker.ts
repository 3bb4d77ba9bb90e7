import { list } from '../model/format.ts';
import { factOf } from './candidates.ts';
import type { Answers, Measured } from './model.ts';
import { contradicts, NEEDS } from './questions/needs.ts';
import type { Settled } from './settle.ts';

/** The one question that tells the co-leaders apart: a need not answered yet, or which of two criteria matters more. */
export function tieBreakerOf(
  { pool, readings }: Settled,
  names: readonly string[],
  { needs }: Answers,
  { results }: Measured,
): string {
  const leaders = pool.filter(({ name }) => names.includes(name));
  const open = NEEDS.filter(({ id }) => !needs.includes(id) && !contradicts([...needs, id])).map((need) => {
    const able = leaders.filter(({ row }) => factOf(row, need.id, results)?.value === 'yes').map(({ name }) => name);
    const unable = leaders.filter(({ row }) => factOf(row, need.id, results)?.value === 'no').map(({ name }) => name);
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
  if (forA.difference >= -NOTHING || forB.difference <= NOTHING) return WHICHEVER;
  return `Which matters more: ${forA.name} (then ${a.name}) or ${forB.name} (then ${b.name})?`;
}

/** As a logarithm: a difference of a hundredth settles nothing. */
const NOTHING = 0.01;

const WHICHEVER = 'Nothing here tells them apart: which of them does the team know best?';
