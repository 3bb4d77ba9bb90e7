/** Number of values up to which the null distribution is exact; beyond it the normal approximation is close enough. */
const EXACT_LIMIT = 40;

/** Cliff's delta, −1 to 1: probability that a value of `left` exceeds one of `right`, minus the reverse. */
export function cliffsDelta(left: readonly number[], right: readonly number[]): number {
  let score = 0;
  for (const a of left) for (const b of right) score += Math.sign(a - b);
  return score / (left.length * right.length);
}

/** Two-sided p value of the Mann-Whitney rank-sum test; ties have mid-ranks, in the exact distribution too. */
export function mannWhitney(left: readonly number[], right: readonly number[]): number {
  const ranks = doubledMidRanks([...left, ...right]);
  const observed = sum(ranks.slice(0, left.length));
  return ranks.length <= EXACT_LIMIT
    ? exactP(ranks, left.length, observed)
    : normalP(ranks, left.length, right.length, observed);
}

/** Mid-ranks times two, so that those of ties are whole numbers. */
function doubledMidRanks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return 2 * below + equal + 1;
  });
}

function exactP(ranks: readonly number[], size: number, observed: number): number {
  const maxSum = sum(ranks);
  /** ways[k][s]: number of choices of k of the ranks so far whose sum is s. */
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(maxSum + 1));
  const none = ways[0];
  if (none !== undefined) none[0] = 1;
  for (const rank of ranks) {
    for (let k = size; k >= 1; k--) {
      const [from, to] = [ways[k - 1], ways[k]];
      if (from === undefined || to === undefined) continue;
      for (let total = maxSum; total >= rank; total--) to[total] = (to[total] ?? 0) + (from[total - rank] ?? 0);
    }
  }
  const expected = (maxSum * size) / ranks.length;
  const distance = Math.abs(observed - expected) - 1e-9;
  let [extreme, all] = [0, 0];
  for (const [total, count] of (ways[size] ?? new Float64Array()).entries()) {
    all += count;
    if (Math.abs(total - expected) >= distance) extreme += count;
  }
  return all > 0 ? extreme / all : 1;
}

function normalP(ranks: readonly number[], left: number, right: number, observed: number): number {
  const all = left + right;
  const mean = left * (all + 1);
  const spread = sum(ranks.map((rank) => (rank - (all + 1)) ** 2)) / (all - 1);
  const deviation = Math.sqrt((left * right * spread) / all);
  if (deviation === 0) return 1;
  const z = Math.max(0, Math.abs(observed - mean) - 1) / deviation;
  return Math.min(1, 2 * normalTail(z));
}

/** P(Z > z) for z ≥ 0: Abramowitz and Stegun 26.2.17, within 7.5e-8. */
function normalTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

/** Corrects p values by Holm's step-down method; keeps their order. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const corrected = new Array<number>(ps.length).fill(1);
  let floor = 0;
  for (const [rank, { p, index }] of order.entries()) {
    floor = Math.max(floor, Math.min(1, p * (ps.length - rank)));
    corrected[index] = floor;
  }
  return corrected;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
