/** End tags that HTML implies where the parent ends or a sibling begins, which is always so in our tables and lists. */
const IMPLIED = /<\/(?:td|th|tr|li|dt|dd|option)>/g;
/** Shape of a chart without content, which SVG lets end in its start tag. */
const EMPTY = /(<(line|path|use|circle|rect|polyline|polygon|image)(?: [^<>]*)?)><\/\2>/g;
/** Class of a cell or of a shape that needs no quotes. */
const CLASSED = /(<(?:td|th|path|line|rect|circle|text|use|span|svg|g|small|section|p) class=)"([\w-]+)"(?=[ >])/g;
/** Attribute whose value needs no quotes. Before `/>` it does: the slash would belong to it. */
const QUOTED = / (x|y|x1|x2|y1|y2|width|height|text-anchor|aria-hidden|scope|fill|stroke)="([\w.#-]+)"(?=[ >])/g;

/** Path of straight lines alone, from one absolute point to the next. */
const STRAIGHT = /(?<= d=")(?:M-?[\d.]+,-?[\d.]+(?:L-?[\d.]+,-?[\d.]+)+Z?)+(?=")/g;
const LINES = /M([^MLZ]+)((?:L[^MLZ]+)+)/g;

/** Writes the points of a line relative to each other (SVG 2 §9.3.4), which takes two thirds of the characters. */
const relative = (path: string): string =>
  path.replaceAll(LINES, (_, first: string, others: string) => {
    let [x = 0, y = 0] = thousandths(first);
    const steps = others
      .slice(1)
      .split('L')
      .map((point) => {
        const [nextX = 0, nextY = 0] = thousandths(point);
        const step = `${joined(nextX - x)}${joined(nextY - y)}`;
        [x, y] = [nextX, nextY];
        return step;
      });
    return `M${first}l${steps.join('').trimStart()}`;
  });

/** Coordinates of a point as whole numbers, so that differences are exact. */
const thousandths = (point: string): number[] => point.split(',').map((one) => Math.round(Number(one) * 1_000));

/** Number of a path with a blank before it, which a minus sign makes unnecessary, and without a leading zero. */
function joined(value: number): string {
  const text = String(value / 1_000).replace(/^(-?)0\./, '$1.');
  return text.startsWith('-') ? text : ` ${text}`;
}

/** Attribute with the value that it has without being given. */
const USUAL = / stroke-dasharray="none"/g;

/** Removes what markup can lack: implied end tags, those of shapes without content, quotes, and long forms of paths. That is a sixth of a report's markup. */
export const minifyMarkup = (markup: string): string =>
  markup
    .replace(STRAIGHT, relative)
    .replace(USUAL, '')
    .replace(IMPLIED, '')
    .replace(EMPTY, '$1/>')
    .replace(QUOTED, ' $1=$2')
    .replace(CLASSED, '$1$2');

/** Text between tags, but for code, which is to be copied as it is. */
const PROSE = /(<(pre|code)[ >].*?<\/\2>)|>[^<]+/gs;
/** Blank between a figure and its unit; the name of a percentile, as in `p50 ms`, is no figure. */
const UNIT = /(?<=(?:^|[^a-z\d.,])[\d.,]*\d) (?=(?:%|[mµn]?s|h|(?:[KMG]i)?B|msg\/s)(?!\w))/gi;
/** Blank between a sign and its figure. */
const SIGN = /(?<=[≤≥≈±×]|&[lg]t;) (?=\d)/g;

/** Words of a script that is written from right to left. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+(?:[ \d_-]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+)*/g;

/**
 * Keeps a figure, its sign and its unit on one line, and isolates names written from right to left, so that they do not turn the figures
 * beside them: by U+2068 and U+2069 (UAX #9, 2.4), which also work in charts.
 */
export const typeset = (markup: string): string =>
  markup.replace(PROSE, (text, verbatim: string | undefined) => {
    if (verbatim !== undefined) return verbatim;
    const kept = text.replace(UNIT, '\u00a0').replace(SIGN, '\u00a0');
    const isAlone = kept.slice(1).replace(RIGHT_TO_LEFT, '').trim() === '';
    return isAlone ? kept : kept.replace(RIGHT_TO_LEFT, '\u2068$&\u2069');
  });

/** Removes comments, blanks that separate nothing, and the last semicolon of a block from a style sheet; strings are kept. */
export const minifyStyle = (sheet: string): string =>
  sheet
    .replace(/\/\*.*?\*\//gs, '')
    .replace(
      /("[^"]*")|\s*([{};])\s*|([:,])\s+|\s+/g,
      (_, text?: string, brace?: string, mark?: string) => text ?? brace ?? mark ?? ' ',
    )
    .replace(/("[^"]*")|;+(?=\})/g, (_, text?: string) => text ?? '')
    .trim();
