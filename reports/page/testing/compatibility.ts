import bcd from '@mdn/browser-compat-data' with { type: 'json' };
import type { CompatStatement, Identifier } from '@mdn/browser-compat-data';
import { isNode, nodesIn, type SyntaxNode } from '../../../bench/testing/sources.ts';
import { BASELINE, type BaselineBrowser } from '../document/baseline.ts';

/** Feature that a browser of the baseline lacks, with the browsers and the versions that have it. */
export interface Newer {
  readonly feature: string;
  readonly since: string;
}

const BROWSERS = Object.keys(BASELINE) as BaselineBrowser[];

/** Browsers of the baseline that lack a feature, and since when each has it; empty if all have it. */
function lackedBy(statement: CompatStatement | undefined): string[] {
  if (statement === undefined) return [];
  return BROWSERS.flatMap((browser) => {
    // An earlier version may have had it with gaps, which count as having it, or under another name, which does not.
    const versions = [statement.support[browser] ?? []].flat().flatMap((support) => {
      const { flags, prefix, alternative_name: otherName, version_added: added } = support;
      const version = typeof added === 'string' ? Number.parseFloat(added.replace('≤', '')) : Number.NaN;
      return (flags ?? prefix ?? otherName) === undefined && !Number.isNaN(version) ? [version] : [];
    });
    if (versions.length === 0) return [`${browser} lacks it`];
    return Math.min(...versions) <= BASELINE[browser] ? [] : [`${browser} since ${Math.min(...versions)}`];
  });
}

/** Interfaces that a page is made with. Names of rarer ones, such as `GPUDevice.lost`, are too often the project's own. */
const OWNERS =
  /^(?:Abort\w+|AnimationEvent|Blob|CSS|CSSStyle\w+|Clipboard\w*|Crypto|DOM(?:Parser|Rect|TokenList)|DataTransfer|Document\w*|Element\w*|Event\w*|File\w*|FormData|HTML\w+|History|IntersectionObserver|Keyboard\w+|Location|Node\w*|MediaQueryList|MutationObserver|Performance|ReadableStream|ResizeObserver|Response|SVG\w+|Scheduler|ShadowRoot|SubmitEvent|URL|URLSearchParams|Window|DecompressionStream|CompressionStream|TextDecoder|TextEncoder)$/;

type Member = { readonly owner: string; readonly lacked: readonly string[] };

/** Global objects and functions with the baseline's browsers that lack each, and members by name with their owners. */
function scriptFeatures(): { globals: Map<string, string[]>; members: Map<string, Member[]> } {
  const globals = new Map<string, string[]>();
  const members = new Map<string, Member[]>();
  const owners = [
    ...Object.entries(bcd.javascript.builtins ?? {}),
    ...Object.entries(bcd.api).filter(([name]) => OWNERS.test(name)),
  ];
  // A name of the window is a global too: `scheduler`, `showOpenFilePicker`.
  for (const [name, feature] of [...Object.entries(bcd.api), ...owners, ...Object.entries(bcd.api.Window ?? {})]) {
    if (name !== '__compat') globals.set(name, lackedBy(compatOf(feature)));
  }
  for (const [owner, features] of owners) {
    for (const [name, feature] of Object.entries(features as Identifier)) {
      if (name === '__compat') continue;
      const key = name.replace(/_static$/, '');
      members.set(key, [...(members.get(key) ?? []), { owner, lacked: lackedBy(compatOf(feature)) }]);
    }
  }
  return { globals, members };
}

const compatOf = (feature: unknown): CompatStatement | undefined => (feature as Identifier | undefined)?.__compat;

/** Methods and globals that a script uses and a browser of the baseline lacks. A method counts if no interface has had it for long enough. */
export function newerNames(script: string): Newer[] {
  const { globals, members } = scriptFeatures();
  const found = new Map<string, string>();
  for (const { type, callee, object, property, computed, name } of nodesIn(script, 'script.js')) {
    if (type === 'Identifier' && (globals.get(String(name)) ?? []).length > 0) {
      found.set(String(name), (globals.get(String(name)) ?? []).join(', '));
    }
    const called = type === 'CallExpression' || type === 'NewExpression' ? callee : undefined;
    const reads = isNode(called) && called.type === 'MemberExpression' ? called : undefined;
    const member = reads ?? (type === 'MemberExpression' && computed !== true ? { object, property } : undefined);
    if (member === undefined || !isNode(member.property) || !isNode(member.object)) continue;
    const owner = String(member.object.name);
    const key = String(member.property.name);
    const all = members.get(key) ?? [];
    const own = all.filter((one) => one.owner === owner);
    // A property that is only read may be the project's own; one of a global object is not.
    const candidates = own.length > 0 ? own : reads === undefined ? [] : all;
    if (candidates.length === 0 || candidates.some(({ lacked }) => lacked.length === 0)) continue;
    const [first] = candidates;
    found.set(own.length > 0 ? `${owner}.${key}` : `.${key}()`, `${first?.owner}: ${first?.lacked.join(', ')}`);
  }
  return [...found].map(([feature, since]) => ({ feature, since }));
}

/** Tests of a node for syntax that a browser of the baseline lacks, by the name of the syntax. */
const NEWER_SYNTAX: Readonly<Record<string, (node: SyntaxNode) => boolean>> = {
  'using declarations': ({ type, kind }) => type === 'VariableDeclaration' && /using/.test(String(kind)),
  decorators: ({ type }) => type === 'Decorator',
  accessors: ({ type }) => type === 'AccessorProperty',
  'import attributes': ({ type, attributes, options }) =>
    (/^(?:Import|Export)\w*Declaration$/.test(type) && Array.isArray(attributes) && attributes.length > 0) ||
    (type === 'ImportExpression' && options != null),
  'import phases': ({ type, phase }) => /^Import/.test(type) && phase != null,
  'modifiers in a regular expression': (node) => /\(\?[ims]*-?[ims]*:/.test(patternOf(node).replaceAll('(?:', '')),
  'duplicate named groups': (node) => {
    const names = patternOf(node).match(/\(\?<[^=!>]+>/g) ?? [];
    return new Set(names).size < names.length;
  },
};

function patternOf({ type, regex }: SyntaxNode): string {
  return type === 'Literal' && typeof regex === 'object' && regex !== null && 'pattern' in regex
    ? String(regex.pattern)
    : '';
}

/** Names of the syntax in a script that a browser of the baseline lacks. */
export function newerSyntax(script: string): string[] {
  const found = new Set<string>();
  for (const node of nodesIn(script, 'script.ts')) {
    for (const [name, has] of Object.entries(NEWER_SYNTAX)) if (has(node)) found.add(name);
  }
  return [...found];
}

/**
 * Properties, keywords of a property, functions, selectors and at-rules of a style sheet that a browser of the baseline lacks. Rules
 * below `@supports` are left out, since the browser itself decides on them.
 */
export function newerStyles(sheet: string): Newer[] {
  const bare = withoutSupports(sheet.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/"[^"]*"|url\([^)]*\)/g, '""'));
  const { properties = {}, selectors = {}, 'at-rules': atRules = {}, types = {} } = bcd.css;
  const functions = new Map([...named(types)]);
  const found = new Map<string, string>();
  const look = (feature: string, identifier: Identifier | undefined): void => {
    const lacked = lackedBy(identifier?.__compat);
    if (lacked.length > 0) found.set(feature, lacked.join(', '));
  };
  for (const [, name = ''] of bare.matchAll(/@([a-z-]+)/g)) look(`@${name}`, atRules[name]);
  for (const [, name = ''] of bare.matchAll(/::?([a-z-]+)(?=[^{};]*\{)/g)) look(`:${name}`, selectors[name]);
  for (const [, name = '', value = ''] of bare.matchAll(/(?<=[{;]\s*)([a-z-]+)\s*:\s*([^;{}]+)/g)) {
    look(name, properties[name]);
    for (const [word] of value.matchAll(/[a-z][a-z-]*/g)) {
      look(`${name}: ${word}`, properties[name]?.[word]);
      if (value.includes(`${word}(`)) look(`${word}()`, functions.get(word));
    }
  }
  return [...found].map(([feature, since]) => ({ feature, since }));
}

/** Style sheet without its `@supports` blocks. */
function withoutSupports(sheet: string): string {
  const start = sheet.indexOf('@supports');
  if (start < 0) return sheet;
  let depth = 0;
  let end = sheet.indexOf('{', start);
  do {
    if (sheet[end] === '{') depth++;
    if (sheet[end] === '}') depth--;
    end++;
  } while (depth > 0 && end < sheet.length);
  return sheet.slice(0, start) + withoutSupports(sheet.slice(end));
}

/** Features below one, each with its name. */
function* named(features: Identifier): Generator<[name: string, feature: Identifier]> {
  for (const [name, feature] of Object.entries(features)) {
    if (name === '__compat') continue;
    yield [name, feature as Identifier];
    yield* named(feature as Identifier);
  }
}
