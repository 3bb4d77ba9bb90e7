/** Pattern of a JWT: a base64url part that begins with an encoded `{"`, and at least one more part. */
const TOKEN = /eyJ[\w-]+(?:\.[\w-]*)+/g;
const HIDDEN = '[hidden]';
/** Places that contain tokens, whatever the tokens look like. */
const PLACES = /\b(access_token=|bearer(?: |%20)+(?=[^\s&"'<>,;#]{16}))[^\s&"'<>,;#]+/gi;

/**
 * Redacts an address for display and results: hides its user name and password, and every value in its query, any of which may be
 * secret. Names in the query stay, to show what is hidden.
 */
export function addressShown(url: string): string {
  const withoutUser = url.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, `$1${HIDDEN}@`);
  return withoutTokens(
    withoutUser.replace(/\?[^#]*/, (query) => query.replace(/([?&])([^&=]+=)?[^&]*/g, `$1$2${HIDDEN}`)),
  );
}

/**
 * Hides tokens in a text. Libraries put addresses into their errors, and an address may contain a token. So this is applied wherever
 * an error becomes a reason that is shown or stored.
 */
export function withoutTokens(text: string): string {
  return text.replace(PLACES, '$1[token]').replace(TOKEN, '[token]');
}

/** Values in a shell command that may be secret: of variables that it sets, and of flags named like secrets. */
const ASSIGNED = /(^|[\s;&|(])([A-Za-z_]\w*)=("[^"]*"|'[^']*'|[^\s;&|)]+)/g;
const SECRET_FLAGS = /(--?[\w-]*(?:token|secret|passw|pwd|key|credential)[\w-]*[= ])("[^"]*"|'[^']*'|[^\s;&|)]+)/gi;

/** Redacts a shell command for display and results: variables keep their names alone, and addresses no user and password. */
export function commandShown(command: string): string {
  const withoutUsers = command.replace(/([a-z][a-z\d+.-]*:\/\/)[^\s/?#@'"]*@/gi, `$1${HIDDEN}@`);
  const withoutValues = withoutUsers
    .replace(ASSIGNED, `$1$2=${HIDDEN}`)
    .replace(SECRET_FLAGS, (_, flag: string) => `${flag}${HIDDEN}`);
  return withoutTokens(withoutValues);
}

/** Escape sequences of terminals (ECMA-48): control sequences, strings, and single characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;

/**
 * Makes the output of another program safe to show: hides tokens, and removes what a terminal would act on and what would change
 * the direction of the text.
 */
export function outputShown(text: string): string {
  const plain = text.replace(ESCAPES, '').replaceAll('\r\n', '\n');
  return withoutTokens(plain.replace(/[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '�'));
}
