import { describe, expect, test } from 'vitest';
import { PROGRAMS } from './results/command.ts';
import { commentsIn, isNode, lineAt, nodesIn, sourcesIn, textOf } from './testing/sources.ts';

const FOLDERS = ['bench', 'servers', 'clients', 'reports', 'examples', 'docs', '.ci'];

/** Words that open a relative clause or a phrase without a subject: STYLE, "Plain English". */
const HEADLESS = /^(What|Of|The same|Where|Who|Whoever|Whose|How|So many|As|Whether|That|Nobody|Nothing)\b(?!-)/;

describe('how the code is written', () => {
  const files = sourcesIn(FOLDERS, { tests: true });

  test('comments open with a subject or a verb', () => {
    const headless = files.flatMap((file) =>
      commentsIn(textOf(file))
        .filter(({ says }) => HEADLESS.test(says))
        .map(({ line, says }) => `${file}:${line} ${says}`),
    );
    expect(headless).toEqual([]);
  });

  test('objects are written out, not spread from literals', () => {
    const spread = files.flatMap((file) => {
      const text = textOf(file);
      // Parsing takes long.
      if (!/\.\.\.[\s(]*\{/.test(text)) return [];
      return nodesIn(text, file)
        .filter(
          ({ type, argument }) =>
            /^(JSX)?Spread/.test(type) && isNode(argument) && argument.type === 'ObjectExpression',
        )
        .map(({ start }) => `${file}:${lineAt(text, start)}`);
    });
    expect(spread).toEqual([]);
  });

  test('how a reason begins is looked at in one place: everybody else reads ids', () => {
    for (const text of [
      `reasons.some((reason) => reason.startsWith('schedule kept:'))`,
      'found.observed.startsWith(x)',
      `trial.reasons[0]?.split(': ', 1)`,
      'reason.match(/^nothing/)',
      '/^nothing (lost|foreign): /.test(reason)',
    ]) {
      expect(looksAtBeginnings(text, 'x.ts'), text).toBe(true);
    }
    for (const text of ['line.startsWith(x)', '/too many/.test(reason)', `reason.split('; ')`]) {
      expect(looksAtBeginnings(text, 'x.ts'), text).toBe(false);
    }
    const lookers = sourcesIn(['bench', 'reports']).filter((file) => looksAtBeginnings(textOf(file), file));
    expect(lookers).toEqual(['bench/results/upgrade.ts']);
  });

  test('a command in a text is marked, so that whatever shows the text keeps it whole', () => {
    for (const text of [
      "const fix = 'see npm run doctor';",
      "const fix = 'run `npm ci`';",
      'const fix = `needs apt-get install them`;',
      'const a = <p>Read npm run report.</p>;',
      "const command = { fix: 'sudo sysctl x=1' };",
    ]) {
      expect(unmarkedCommands(text, 'x.tsx'), text).toHaveLength(1);
    }
    for (const text of [
      "const fix = 'see ' + command('npm run doctor');",
      'const a = <code>npm run report</code>;',
      "const all = { examples: [['A first look', 'npm run bench']] };",
      "const inProse = 'npm and npx are programs';",
    ]) {
      expect(unmarkedCommands(text, 'x.tsx'), text).toEqual([]);
    }
    const sources = sourcesIn(['bench', 'servers', 'clients', 'reports']).filter((file) => !file.includes('testing/'));
    expect(sources.flatMap((file) => unmarkedCommands(textOf(file), file))).toEqual([]);
  });

  test('at most 20 source files lie flat in a folder', () => {
    const perFolder = Map.groupBy(sourcesIn(FOLDERS), (file) => file.split('/').slice(0, -1).join('/'));
    // A folder with one file a transport or kind may have as many as there are.
    const full = [...perFolder].filter(
      ([folder, inside]) => inside.length > 20 && !/(transports|kinds|facts|scenarios)$/.test(folder),
    );
    expect(full.map(([folder, inside]) => `${folder}: ${inside.length}`)).toEqual([]);
  });
});

/** Calls that ask how a text begins, where the text is a reason or what a check observed. */
function looksAtBeginnings(text: string, file: string): boolean {
  const source = (node: unknown): string => (isNode(node) ? text.slice(node.start, node.end) : '');
  return (
    REASON.test(text) &&
    nodesIn(text, file).some(({ type, callee, arguments: given }) => {
      if (type !== 'CallExpression' || !isNode(callee) || !isNode(callee.property) || !isNode(callee.object))
        return false;
      const argument = Array.isArray(given) ? source(given[0]) : '';
      const [about, pattern] = [source(callee.object), argument];
      switch (callee.property.name) {
        case 'startsWith':
          return REASON.test(about);
        case 'split':
          return REASON.test(about) && /^(['"`]): ?\1$/.test(pattern);
        case 'match':
        case 'search':
        case 'replace':
          return REASON.test(about) && pattern.startsWith('/^');
        case 'test':
        case 'exec':
          return about.startsWith('/^') && REASON.test(argument);
        default:
          return false;
      }
    })
  );
}

const REASON = /\b(reasons?|observed)\b/;

const CALL = new RegExp(
  `\\b(?:${PROGRAMS.join('|')}) (?:-|(?:run|ci|test|install|wirebench|net|kernel|apt-get|sysctl)\\b)`,
);
/** Names of what holds bare commands: examples of help, and functions that make one. */
const BARE = /^(?:EXAMPLES|examples|command(?:For|Of)|\w+Command)$/;

/** Places of commands in texts that `command()` did not mark and no element of code holds. */
function unmarkedCommands(text: string, file: string): string[] {
  const nodes = nodesIn(text, file);
  const kept = nodes.filter(({ type, callee, id, key, openingElement }) => {
    const nameOf = (node: unknown): string => (isNode(node) ? String(node.name) : '');
    if (type === 'CallExpression') return /^(?:command|asCommand)$/.test(nameOf(callee));
    if (type === 'JSXElement') return isNode(openingElement) && nameOf(openingElement.name) === 'code';
    return BARE.test(nameOf(id)) || BARE.test(nameOf(key));
  });
  return nodes
    .filter(({ type, value }) => {
      if (!/^(?:Literal|TemplateElement|JSXText)$/.test(type)) return false;
      const said = type === 'TemplateElement' ? JSON.stringify(value) : String(value);
      return CALL.test(said.replaceAll(/\s+/g, ' '));
    })
    .filter(({ start, end }) => !kept.some((node) => node.start <= start && end <= node.end))
    .map(({ start }) => `${file}:${lineAt(text, start)}`);
}
