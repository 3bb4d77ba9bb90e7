/** A JWT by its looks: a base64url part that begins as `{"` does, and at least one more. */
const TOKEN = /eyJ[\w-]+(?:\.[\w-]*)+/g;
/** Where we put tokens, whatever they look like. */
const PLACES = /\b(access_token=|bearer(?: |%20)+(?=[^\s&"'<>,;#]{16}))[^\s&"'<>,;#]+/gi;

/**
 * Says the same without tokens. Libraries put addresses into their errors, and an address may carry one; so this is done
 * wherever an error becomes a reason that is shown or kept.
 */
export function withoutTokens(text: string): string {
  return text.replace(PLACES, '$1[token]').replace(TOKEN, '[token]');
}
