/** A JWT by its looks: a base64url part that begins as `{"` does, and at least one more. */
const TOKEN = /eyJ[\w-]+(?:\.[\w-]*)+/g;
const HIDDEN = '[hidden]';
/** Where we put tokens, whatever they look like. */
const PLACES = /\b(access_token=|bearer(?: |%20)+(?=[^\s&"'<>,;#]{16}))[^\s&"'<>,;#]+/gi;

/**
 * An address as it may be shown and kept: who is dialling, and what the query says, are the server's affair. What any of it
 * means nobody here knows, so all of it goes; names in the query stay, so that one sees what is missing.
 */
export function addressShown(url: string): string {
  const nobody = url.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, `$1${HIDDEN}@`);
  return withoutTokens(nobody.replace(/\?[^#]*/, (query) => query.replace(/([?&])([^&=]+=)?[^&]*/g, `$1$2${HIDDEN}`)));
}

/**
 * Says the same without tokens. Libraries put addresses into their errors, and an address may carry one; so this is done
 * wherever an error becomes a reason that is shown or kept.
 */
export function withoutTokens(text: string): string {
  return text.replace(PLACES, '$1[token]').replace(TOKEN, '[token]');
}
