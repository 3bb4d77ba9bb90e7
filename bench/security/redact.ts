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
