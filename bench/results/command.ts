/** Programs whose calls stand in texts, to be copied into a shell. */
export const PROGRAMS = ['npm', 'npx', 'apt-get', 'sudo', 'sysctl', 'ulimit'] as const;

const CALL = `(?:${PROGRAMS.join('|')}) `;
/** A command between equal runs of backticks, as in Markdown; a blank inside separates backticks of its own. */
const MARKED = new RegExp(`(?<!\`)(\`+)( ?)(?=${CALL})(.+?)\\2\\1(?!\`)`, 'g');

/**
 * Marks a command in a text, so that whatever shows the text keeps it whole: a terminal and a log in one line, a page and Markdown as
 * code.
 */
export function command(line: string): string {
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/g), ([run]) => run.length));
  const [fence, blank] = ['`'.repeat(longest + 1), longest === 0 ? '' : ' '];
  return `${fence}${blank}${line}${blank}${fence}`;
}

export interface TextPart {
  readonly text: string;
  readonly isCommand: boolean;
}

/** Splits a text into commands, without their marks, and what stands between them. */
export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { 0: marked, 3: line = '', index } of text.matchAll(MARKED)) {
    parts.push({ text: text.slice(end, index), isCommand: false }, { text: line, isCommand: true });
    end = index + marked.length;
  }
  return [...parts, { text: text.slice(end), isCommand: false }].filter((part) => part.text !== '');
}

/** Quotes an argument so that a shell takes it as one word. */
export const quoted = (value: string): string =>
  /^[\w.,:/@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;

/** Splits a command whose arguments are quoted with `quoted` into its words. */
export const wordsOf = (command: string): string[] =>
  Array.from(command.matchAll(/(?:'[^']*'|\\'|[^\s'\\])+/g), ([word]) => word.replace(/'([^']*)'|\\(')/g, '$1$2'));

/** Command that measures with these flags, as a user would type it. */
export function benchCommand(flags: readonly string[]): string {
  return ['npm run bench --', ...flags].join(' ');
}
