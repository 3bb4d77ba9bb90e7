/** One thing that a chart lets its reader stop at. */
export type Point = {
  /** Where it is drawn, in the units of the chart's view box. */
  readonly x: number;
  readonly y: number;
  /** What it says, without the name of its series: `99 %: 1.52 ms`. */
  readonly text: string;
};

const BETWEEN = '|';

/** As a series carries its points in the markup: one attribute, because hundreds of elements would be a third of the page. */
export const packPoints = (points: readonly Point[]): string =>
  points.map(({ x, y, text }) => `${tenth(x)} ${tenth(y)} ${text.replaceAll(BETWEEN, '/')}`).join(BETWEEN);

export const unpackPoints = (packed: string): Point[] =>
  packed.split(BETWEEN).flatMap((one) => {
    const [, x, y, text] = /^(\S+) (\S+) (.*)$/.exec(one) ?? [];
    return x === undefined || y === undefined || text === undefined ? [] : [{ x: Number(x), y: Number(y), text }];
  });

const tenth = (value: number): number => Math.round(value * 10) / 10;
