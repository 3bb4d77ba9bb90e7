/** End tags that HTML implies where the parent ends or a sibling begins, which is always so in our tables and lists. */
const IMPLIED = /<\/(?:td|th|tr|li)>/g;

/** Removes implied end tags, a tenth of a report's markup. */
export const minifyMarkup = (markup: string): string => markup.replace(IMPLIED, '');

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

/** Removes comments and repeated blanks from a style sheet; strings are kept. */
export const minifyStyle = (sheet: string): string =>
  sheet
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/("[^"]*")|\s+/g, (_, text: string | undefined) => text ?? ' ')
    .trim();
