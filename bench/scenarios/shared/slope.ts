/** Fits a line by least squares: its slope, and R², the share of the variance that it explains. Needs two different x. */
export function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): { slope: number; r2: number } {
  const mean = (of: (point: { x: number; y: number }) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const xx = mean(({ x }) => (x - meanX) ** 2);
  const yy = mean(({ y }) => (y - meanY) ** 2);
  const xy = mean(({ x, y }) => (x - meanX) * (y - meanY));
  return { slope: xy / xx, r2: yy === 0 ? 1 : xy ** 2 / (xx * yy) };
}
