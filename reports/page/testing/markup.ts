/** Parts of a finished document, for tests that look into its text. */
export const stylesOf = (html: string): string => /<style>(.*?)<\/style>/s.exec(html)?.[1] ?? '';
export const scriptOf = (html: string): string => /<script>(.*?)<\/script>/s.exec(html)?.[1] ?? '';

/** Markup of a page without its style, its script and its embedded data. */
export const markupOf = (html: string): string =>
  html.replace(/<style>.*?<\/style>/s, '').replace(/<script[\s>].*?<\/script>/gs, '');

export const textOf = (html: string): string =>
  markupOf(html)
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
