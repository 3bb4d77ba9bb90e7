import { round } from './axis.ts';

/** Point of a chart at which the reader can stop. */
export type Point = {
  /** Position in units of the chart's view box. */
  readonly x: number;
  readonly y: number;
  /** Text without the name of the series: `99 %: 1.52 ms`. */
  readonly text: string;
};

const SEPARATOR = '|';

/** Packs points into one attribute of the markup: hundreds of elements would be a third of the page. */
export const packPoints = (points: readonly Point[]): string =>
  points.map(({ x, y, text }) => `${round(x)} ${round(y)} ${text.replaceAll(SEPARATOR, '/')}`).join(SEPARATOR);

export const unpackPoints = (packed: string): Point[] =>
  packed.split(SEPARATOR).flatMap((one) => {
    const [, x, y, text] = /^(\S+) (\S+) (.*)$/.exec(one) ?? [];
    return x === undefined || y === undefined || text === undefined ? [] : [{ x: Number(x), y: Number(y), text }];
  });
