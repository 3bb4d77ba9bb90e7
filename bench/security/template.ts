/** Scheme, and user and password if it has them, of an address in which `HOST:PORT` stands for the server's own. */
const PLACE = /^([A-Za-z][A-Za-z\d+.-]*:\/\/(?:[^/?#@]*@)?)HOST:PORT(?![^/?#])/;

/** True if `HOST:PORT` stands in the place of an address, which is known only when a command has started the server. */
export const isTemplate = (url: string): boolean => PLACE.test(url);

/** Puts an address into its place. Other addresses are returned as they are. */
export const withAddress = (url: string, host: string, port: number): string =>
  url.replace(PLACE, (_, before: string) => `${before}${host}:${port}`);

/** Address that stands for the server's own where one is parsed. */
const STAND_IN = { host: 'host.invalid', port: 65_535 } as const;

/** Fills in an address that can be parsed and that nobody has. */
export const asAddress = (url: string): string => withAddress(url, STAND_IN.host, STAND_IN.port);

/** Puts `HOST:PORT` back into an address that was parsed, if the text had it. */
export const asTemplate = (text: string, address: string): string =>
  isTemplate(text) ? address.replace(`${STAND_IN.host}:${STAND_IN.port}`, 'HOST:PORT') : address;
