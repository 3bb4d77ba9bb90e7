/** End tags that HTML lets go where the parent ends or the like of it begins: in tables and lists as they are made here, always. */
const IMPLIED = /<\/(?:td|th|tr|li)>/g;

/** The same document in fewer bytes: of a report's markup, one in ten is an end tag that the next tag implies. */
export const minifyMarkup = (markup: string): string => markup.replace(IMPLIED, '');

/** Text that stands between tags, but for what is to be copied as it is. */
const PROSE = /(<(pre|code)[ >].*?<\/\2>)|>[^<]+/gs;
/** Of a figure: a percentile's name, as in `p50 ms`, is none. */
const UNIT = /(?<=(?:^|[^a-z\d.,])[\d.,]*\d) (?=(?:%|[mµn]?s|h|(?:[KMG]i)?B|msg\/s)(?!\w))/gi;
const SIGN = /(?<=[≤≥≈±×]|&[lg]t;) (?=\d)/g;

/** Words of a script that is written from right to left, among others. */
const FROM_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+(?:[ \d_-]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+)*/g;

/**
 * The same document, its text set so that a figure, its sign and its unit are on one line, and that a name written from right to left does not
 * turn the figures beside it: isolated by U+2068 and U+2069 (UAX #9, 2.4), which charts know as well.
 */
export const typeset = (markup: string): string =>
  markup.replace(PROSE, (text, verbatim: string | undefined) => {
    if (verbatim !== undefined) return verbatim;
    const kept = text.replace(UNIT, '\u00a0').replace(SIGN, '\u00a0');
    const isAlone = kept.slice(1).replace(FROM_RIGHT, '').trim() === '';
    return isAlone ? kept : kept.replace(FROM_RIGHT, '\u2068$&\u2069');
  });

/** The same style sheet in fewer bytes: without comments, and with one blank where there are several. Strings are kept. */
export const minifyStyle = (sheet: string): string =>
  sheet
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/("[^"]*")|\s+/g, (_, text: string | undefined) => text ?? ' ')
    .trim();
