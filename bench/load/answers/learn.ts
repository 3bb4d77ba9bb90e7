import { HEADER_BYTES } from '../../codec/header.ts';
import type { Encoding, Message, Options } from '../../contract.ts';
import { exampleShown } from '../../security/redact.ts';
import { bytesOf, keyOf } from './answers.ts';
import type { Answers } from './form.ts';

/** Place of a message within an arrival, and what surrounds it there. */
export interface Located {
  readonly prefix: Buffer;
  readonly suffix: Buffer;
  /** True if the message is there as the content of a JSON string, with characters escaped. */
  readonly escaped: boolean;
  readonly frames: Encoding;
}

/** Finds a message within an arrival, as it is or as the content of a JSON string. */
export function locate(sent: Message, arrival: Message): Located | undefined {
  const needle = bytesOf(sent);
  const bytes = bytesOf(arrival);
  const inJson = Buffer.from(JSON.stringify(needle.toString()).slice(1, -1));
  for (const form of [needle, ...(inJson.equals(needle) ? [] : [inJson])]) {
    const at = bytes.indexOf(form);
    if (at < 0) continue;
    return {
      prefix: Buffer.from(bytes.subarray(0, at)),
      suffix: Buffer.from(bytes.subarray(at + form.length)),
      escaped: form !== needle,
      frames: typeof arrival === 'string' ? 'text' : 'binary',
    };
  }
  return undefined;
}

/** True if two answers have the same form. */
export const alike = (one: Located, other: Located): boolean =>
  one.frames === other.frames && one.prefix.equals(other.prefix) && one.suffix.equals(other.suffix);

/** Difference between two answers, in words. */
export function difference(one: Located, other: Located): string {
  if (one.frames !== other.frames) return `once in a ${one.frames} frame, once in a ${other.frames} frame`;
  const where = one.prefix.equals(other.prefix) ? 'suffix' : 'prefix';
  return `${where} ${quoted(one[where])}, then ${quoted(other[where])}`;
}

/** Greetings and other messages that came besides the answers. */
export interface Unasked {
  readonly greetings: number;
  readonly others: readonly Message[];
}

/** Form of a server's answers, from answers that are alike. Undefined if they are the messages themselves and nothing else comes. */
export function formOf(
  found: readonly Located[],
  encoding: Encoding,
  { greetings, others }: Unasked,
): Answers | undefined {
  const nothing = Buffer.alloc(0);
  const { prefix, suffix, frames } = found[0] ?? { prefix: nothing, suffix: nothing, frames: encoding };
  const isText = [prefix, suffix].every((bytes) => Buffer.from(bytes.toString()).equals(bytes));
  const coding = isText ? 'utf8' : 'base64';
  const texts = [...new Set(others.map(keyOf))];
  const answers: Answers = {
    prefix: prefix.toString(coding),
    suffix: suffix.toString(coding),
    ...(isText ? {} : { coding: 'base64' }),
    ...(found.some(({ escaped }) => escaped) ? { escaped: true } : {}),
    ...(frames === encoding ? {} : { frames }),
    ...(greetings === 0 ? {} : { greetings }),
    ...(texts.length === 0 ? {} : { unasked: texts }),
  };
  const bare = prefix.length + suffix.length === 0;
  return bare && Object.keys(answers).length === 2 ? undefined : answers;
}

/** Form of answers in words: `the prefix "Echo: "; they come in binary frames`. */
export function describeAnswers({
  prefix,
  suffix,
  coding,
  escaped,
  frames,
  greetings = 0,
  unasked = [],
}: Answers): string {
  const around = Object.entries({ prefix, suffix }).flatMap(([name, text]) =>
    text === '' ? [] : [`the ${name} ${quoted(Buffer.from(text, coding ?? 'utf8'))}`],
  );
  const parts = [
    ...(around.length === 0 ? [] : [`answers carry ${around.join(' and ')}`]),
    ...(escaped ? ['answers carry the message as a JSON string'] : []),
    ...(frames === undefined ? [] : [`answers come in ${frames} frames`]),
    ...(greetings === 0
      ? []
      : [`a session is greeted with ${greetings === 1 ? 'a message' : `${greetings} messages`}`]),
    ...(unasked.length === 0 ? [] : [`the server also sends ${unasked.map((text) => quoted(text)).join(', ')}`]),
  ];
  return parts.join('; ');
}

/** Form of answers as settings in force, which reports list and compare. */
export function answersInForce({ prefix, suffix, coding, unasked = [], ...others }: Answers): Options {
  const around = Object.entries({ prefix, suffix }).filter(([, text]) => text !== '');
  const settings = {
    ...Object.fromEntries(around.map(([name, text]) => [name, quoted(Buffer.from(text, coding ?? 'utf8'))])),
    ...others,
    ...(unasked.length === 0 ? {} : { unasked: unasked.map((text) => quoted(text)).join(', ') }),
  };
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`answers.${name}`, value]));
}

/**
 * Says what became of a message that came back changed, and how to mend it. Undefined if the arrival has nothing of it.
 *
 * @param suffix suffix of the server's answers, as far as it is known
 */
export function whyChanged(sent: Message, arrival: Message, suffix: Buffer = Buffer.alloc(0)): string | undefined {
  const [whole, bytes] = [bytesOf(sent), bytesOf(arrival)];
  const at = bytes.indexOf(whole.subarray(0, HEADER_BYTES));
  if (at < 0) return undefined;
  let same = HEADER_BYTES;
  while (same < whole.length && whole[same] === bytes[at + same]) same++;
  const rest = bytes.subarray(at + same);
  return rest.equals(suffix)
    ? `a message of ${whole.length} bytes came back with ${same}: the server cuts it; raise the server's limit, or use --size ${same} or less`
    : `a message came back changed from byte ${same + 1} on (${quoted(bytes)} for ${quoted(whole)}); the server must send it back as it came`;
}

/** Text in quotes, safe to show; bytes that are no text in hexadecimal digits. */
export function quoted(text: Message): string {
  const bytes = bytesOf(text);
  const isText = Buffer.from(bytes.toString()).equals(bytes);
  return isText ? shown(bytes.toString()) : `${bytes.subarray(0, 16).toString('hex')} (hexadecimal)`;
}

/** Text in quotes, of single ones if it contains double ones, as JSON does. */
function shown(text: string): string {
  const { head } = exampleShown({ head: text });
  return text.includes("'") || !text.includes('"') ? `"${head}"` : `'${head.replaceAll('\\"', '"')}'`;
}
