/** End tags that HTML lets go where the parent ends or the like of it begins: in tables and lists as they are made here, always. */
const IMPLIED = /<\/(?:td|th|tr|li)>/g;

/** The same document in fewer bytes: of a report's markup, one in ten is an end tag that the next tag implies. */
export const slimMarkup = (markup: string): string => markup.replace(IMPLIED, '');

/** Text that stands between tags, but for what is to be copied as it is. */
const PROSE = /(<(pre|code)[ >].*?<\/\2>)|>[^<]+/gs;
const UNIT = /(?<=\d) (?=(?:%|[mµn]?s|h|(?:[KMG]i)?B|msg\/s)(?!\w))/g;

/** The same document with each figure and its unit on one line. */
export const unitsKept = (markup: string): string =>
  markup.replace(PROSE, (text, verbatim: string | undefined) => verbatim ?? text.replace(UNIT, '\u00a0'));

/** The same style sheet in fewer bytes: without comments, and with one blank where there are several. Strings are kept. */
export const slimStyle = (sheet: string): string =>
  sheet
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/("[^"]*")|\s+/g, (_, text: string | undefined) => text ?? ' ')
    .trim();
