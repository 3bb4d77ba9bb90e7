import type { Unreadable } from '../contract.ts';
import { asAddress } from './template.ts';

/** Pattern of a JWT: a base64url part that begins with an encoded `{"`, and at least one more part. */
const TOKEN = /eyJ[\w-]+(?:\.[\w-]*)+/g;
const HIDDEN = '[hidden]';
/** Places that contain tokens, whatever the tokens look like. */
const PLACES = /\b(access_token=|bearer(?: |%20)+(?=[^\s&"'<>,;#]{16}))[^\s&"'<>,;#]+/gi;

/** User and password of an address anywhere in a text. */
const USER = /\b([a-z][a-z\d+.-]*:\/\/)[^\s/?#"'<>]*@/gi;

/**
 * Redacts an address for display and results: hides its user name and password, and every value in its query, any of which may be
 * secret. Names in the query stay, to show what is hidden.
 */
export function addressShown(url: string): string {
  return withoutTokens(url.replace(/\?[^#]*/, (query) => query.replace(/([?&])([^&=]+=)?[^&]*/g, `$1$2${HIDDEN}`)));
}

/**
 * Hides tokens in a text. Libraries put addresses into their errors, and an address may contain a token. So this is applied wherever
 * an error becomes a reason that is shown or stored.
 */
export function withoutTokens(text: string): string {
  return text.replace(USER, `$1${HIDDEN}@`).replace(PLACES, '$1[token]').replace(TOKEN, '[token]');
}

/**
 * Makes a function that hides tokens in a text, and whatever is secret about the address of a foreign server: a library may write the
 * address in its own way, and a server may repeat what it was sent.
 */
export function redactor(url: string | null, token = ''): (text: string) => string {
  if (url === null && token === '') return withoutTokens;
  const secrets = [
    ...longEnough([token, encodeURIComponent(token)]),
    ...(url === null ? [] : secretsOf(new URL(asAddress(url)))),
  ];
  const shown = url === null ? '' : addressShown(url);
  return (text) => {
    const addressed = url === null ? text : text.replaceAll(url, shown);
    return withoutTokens(secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), addressed));
  };
}

/** Minimum length of a text that is hidden wherever it occurs: a shorter one is a part of too many words. */
const MIN_SECRET = 4;

/** Password and values of the query, as they are written and as they mean, and the user with the password in base64. */
function secretsOf({ username, password, search, searchParams }: URL): string[] {
  const [user, decoded] = [decodeURIComponent(username), decodeURIComponent(password)];
  const written = search.split(/[?&]/).map((one) => one.slice(one.indexOf('=') + 1));
  // Without a password, the user is usually a token.
  const all = [password === '' ? user : decoded, password, ...searchParams.values(), ...written];
  const encoded = user === '' && decoded === '' ? [] : [Buffer.from(`${user}:${decoded}`).toString('base64')];
  return longEnough([...all, ...encoded]);
}

/** Secrets that are not a part of too many words, the longest first. */
function longEnough(secrets: readonly string[]): string[] {
  const long = [...new Set(secrets)].filter(({ length }) => length >= MIN_SECRET);
  return long.toSorted((a, b) => b.length - a.length);
}

/** Values in a shell command that may be secret: of variables that it sets, and of flags named like secrets. */
const ASSIGNED = /(^|[\s;&|(])([A-Za-z_]\w*)=("[^"]*"|'[^']*'|[^\s;&|)]+)/g;
const SECRET_FLAGS = /(--?[\w-]*(?:token|secret|passw|pwd|key|credential)[\w-]*[= ])("[^"]*"|'[^']*'|[^\s;&|)]+)/gi;

/** Values of variables that are the words for the address to listen on, and no secret. */
const PLACEHOLDER = /^["']?(?:HOST|PORT|HOST:PORT)["']?$/;

/** Redacts a shell command: variables keep their names alone, and addresses no user and password. */
export function commandRedacted(command: string): string {
  const withoutUsers = command.replace(/([a-z][a-z\d+.-]*:\/\/)[^\s/?#@'"]*@/gi, `$1${HIDDEN}@`);
  const withoutValues = withoutUsers
    .replace(ASSIGNED, (whole, before: string, name: string, value: string) =>
      PLACEHOLDER.test(value) ? whole : `${before}${name}=${HIDDEN}`,
    )
    .replace(SECRET_FLAGS, (_, flag: string) => `${flag}${HIDDEN}`);
  return withoutTokens(withoutValues);
}

/** Redacts a shell command for display and results, on one line. */
export const commandShown = (command: string): string =>
  printable(commandRedacted(command).trim().replace(/\s+/g, ' '));

/** Escape sequences of terminals (ECMA-48): control sequences, strings, and single characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;

/**
 * Makes the output of another program safe to show: without tokens and escape sequences, and with characters that a terminal would
 * obey written out.
 */
export function outputShown(text: string): string {
  const plain = text.replace(ESCAPES, '').replaceAll('\r\n', '\n');
  return withoutTokens(plain).replace(/[^\n\t]+/g, printable);
}

/** Number of characters of a text from outside that are read at all. */
const MAX_READ = 4_096;
const MAX_REASON = 500;
const MAX_HEAD = 64;
/** Characters that nothing prints, or that change how others are printed: controls, directions of writing, lone surrogates, line separators. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * Makes a text that may come from outside a reason to show and keep: on one line, of bounded length, without tokens or characters that
 * a terminal would obey. @param hide hides what else is secret, before anything is cut
 */
export function reasonShown(text: string, hide = withoutTokens): string {
  return printable(cut(hide(text.slice(0, MAX_READ)).replace(/[\r\n\t]+/g, ' '), MAX_REASON));
}

/** Makes an arrival that is no message an example to show and keep. A client from outside this repository may have described it in any way. */
export function exampleShown({ kind, length, head }: Partial<Unreadable>, hide = withoutTokens): Unreadable {
  return {
    kind: reasonShown(String(kind ?? 'an arrival'), hide),
    length: Number.isSafeInteger(length) && length! >= 0 ? length! : 0,
    head: printable(cut(hide(String(head ?? '').slice(0, MAX_READ)), MAX_HEAD).replace(/["\\]/g, '\\$&')),
  };
}

/** Cuts a text after a number of characters, never within one, and ends it in an ellipsis then. */
function cut(text: string, max: number): string {
  const characters = Array.from(text.slice(0, 2 * max + 2));
  return characters.length <= max ? text : `${characters.slice(0, max).join('')}…`;
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function printable(text: string): string {
  const coded = (character: string): string => `\\u{${character.codePointAt(0)!.toString(16)}}`;
  return text.replace(UNPRINTABLE, (character) => NAMED[character] ?? coded(character));
}
