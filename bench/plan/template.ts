/** Scheme, and user and password if it has them, of an address in which `HOST:PORT` stands for the server's own. */
const PLACE = /^([A-Za-z][A-Za-z\d+.-]*:\/\/(?:[^/?#@]*@)?)HOST:PORT(?![^/?#])/;

/** True if `HOST:PORT` stands in the place of an address, which is known only when a command has started the server. */
export const isTemplate = (url: string): boolean => PLACE.test(url);

/** Puts an address into its place. Other addresses are returned as they are. */
export const withAddress = (url: string, host: string, port: number): string =>
  url.replace(PLACE, (_, before: string) => `${before}${host}:${port}`);
