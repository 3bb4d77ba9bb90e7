import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { parseAst } from 'rolldown/parseAst';

/**
 * Mutation test: draws places of the source by seed, changes one thing at each, and runs the tests that reach the file.
 *
 *     node .ci/mutants.ts draw --seed 1 --count 30 > mutants.json     in the tree whose code is drawn
 *     node .ci/mutants.ts run mutants.json > outcome.json             in the same tree, or in one where the code has moved
 *
 * A place is found again by its line and the lines around it, even if the file has moved. Needs a clean work tree, and
 * leaves it clean.
 */
const CHANGES = [
  'condition negated',
  'bound moved by one',
  'call left out',
  'constant changed',
  'early return',
] as const;
type Change = (typeof CHANGES)[number];

interface Mutant {
  readonly file: string;
  /** Line number, from 1. */
  readonly line: number;
  readonly change: Change;
  /** Source text that is replaced, and its replacement. */
  readonly before: string;
  readonly after: string;
  /** Text of the line and of its neighbours, by which the code is found again after a move. */
  readonly context: readonly string[];
}

interface Outcome extends Mutant {
  /** Place in this tree; null if the code was not found again. */
  readonly at: { readonly file: string; readonly line: number } | null;
  readonly outcome: 'caught' | 'survived' | 'not found' | 'no test';
  /** First test that failed. */
  readonly by?: string;
  readonly seconds: number;
}

/** Number of lines above, and below, a place that are kept to find it again. */
const CONTEXT_LINES = 4;
/** Time limit for the tests of one mutant. */
const MAX_SECONDS = 300;
/** Tests that run sources only in processes that they start, which the import graph does not show. */
const REACHED_THROUGH_PROCESSES: readonly { readonly sources: RegExp; readonly tests: readonly string[] }[] = [
  { sources: /^(servers|clients)\//, tests: ['conformance/conformance', 'run/trial'] },
  {
    sources: /^bench\/(load|run|scenarios|meter|memory|ipc)/,
    tests: ['run/trial', 'instrument/workers', 'faults/liar'],
  },
  { sources: /^bench\/cli/, tests: ['cli/cli', 'cli/outputs', 'cli/unhappy', 'cli/exit-codes'] },
  { sources: /^bench\/(checks\/)?abuse\//, tests: ['abuse/abuse'] },
  { sources: /^bench\/(checks\/)?crosscheck\//, tests: ['crosscheck/crosscheck'] },
  {
    sources: /^reports\/page\//,
    tests: ['page/render', 'document/render', 'reports/page/live', 'layout', 'first-screen'],
  },
];

type Node = { readonly type: string; readonly start: number; readonly end: number; readonly [key: string]: unknown };
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly after: string;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item);
  else if (typeof value === 'object' && value !== null) {
    if (isNode(value)) yield value;
    for (const [key, child] of Object.entries(value)) if (key !== 'type') yield* nodesOf(child);
  }
}

const COMPARISONS = ['<', '<=', '>', '>='];

/** Edit that makes the change at a node; undefined if the change does not apply to that node. */
function editOf(change: Change, node: Node, text: string): Edit | undefined {
  const { type, start, end } = node;
  const source = (of: unknown): string => (isNode(of) ? text.slice(of.start, of.end) : '');
  if (change === 'condition negated') {
    const { test } = node;
    if (!['IfStatement', 'ConditionalExpression', 'WhileStatement'].includes(type) || !isNode(test)) return undefined;
    return { start: test.start, end: test.end, after: `!(${source(test)})` };
  }
  if (change === 'bound moved by one') {
    const { right, operator } = node;
    if (type !== 'BinaryExpression' || !isNode(right) || !COMPARISONS.includes(String(operator))) return undefined;
    return { start: right.start, end: right.end, after: `(${source(right)}) + 1` };
  }
  if (change === 'call left out') {
    const { expression } = node;
    if (type !== 'ExpressionStatement' || !isNode(expression)) return undefined;
    return ['CallExpression', 'AwaitExpression'].includes(expression.type) ? { start, end, after: ';' } : undefined;
  }
  if (change === 'constant changed') {
    return type === 'Literal' && typeof node.value === 'number'
      ? { start, end, after: String(node.value + 1) }
      : undefined;
  }
  const { body } = node;
  if (!/Function/.test(type) || !isNode(body) || body.type !== 'BlockStatement') return undefined;
  return { start: body.start, end: body.start + 1, after: '{ return;' };
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

function git(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { encoding: 'utf8', maxBuffer: 1e8 });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout;
}

const sources = (): string[] =>
  git('ls-files', 'servers', 'clients', 'bench', 'reports')
    .split('\n')
    .filter((file) => /\.tsx?$/.test(file) && !/\.(test|d)\.|testing\/|fixtures|unusual-states/.test(file));

/** Draws places with equal chances for every line of all sources, and every kind of change equally often. */
function draw(seed: number, count: number): Mutant[] {
  const random = xoroshiro128plus(seed);
  const files = sources().map((file) => ({ file, text: readFileSync(file, 'utf8') }));
  const lines = files.flatMap(({ file, text }) =>
    text.split('\n').map((_, index) => ({ file, text, line: index + 1 })),
  );
  const drawn: Mutant[] = [];
  while (drawn.length < count) {
    const place = lines[uniformInt(random, 0, lines.length - 1)];
    const change = CHANGES[drawn.length % CHANGES.length];
    if (place === undefined || change === undefined) continue;
    const { file, text, line } = place;
    const nodes = [...nodesOf(parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' }))];
    const edits = nodes
      .flatMap((node) => editOf(change, node, text) ?? [])
      .filter(({ start }) => lineOf(text, start) >= line);
    const [edit] = edits.toSorted((a, b) => a.start - b.start);
    if (edit === undefined || drawn.some((one) => one.file === file && one.line === lineOf(text, edit.start))) continue;
    const at = lineOf(text, edit.start);
    const context = text.split('\n').slice(Math.max(0, at - 1 - CONTEXT_LINES), at + CONTEXT_LINES);
    drawn.push({ file, line: at, change, before: text.slice(edit.start, edit.end), after: edit.after, context });
  }
  return drawn;
}

/** File to which vitest writes its report. */
const reportFile = join(mkdtempSync(join(tmpdir(), 'mutants-')), 'report.json');

const folded = (line: string): string => line.replaceAll(/\s+/g, '');

/** Finds the mutant's code in this tree: the place whose surroundings share the most lines with those it was drawn from. */
function locate(mutant: Mutant): { file: string; text: string; edit: Edit } | undefined {
  const wanted = new Set(mutant.context.map(folded).filter((line) => line.length > 3));
  let best: { file: string; text: string; edit: Edit; score: number } | undefined;
  for (const file of sources()) {
    const text = readFileSync(file, 'utf8');
    if (!folded(text).includes(folded(mutant.before))) continue;
    const lines = text.split('\n');
    for (const node of nodesOf(parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' }))) {
      const edit = editOf(mutant.change, node, text);
      if (edit === undefined || folded(text.slice(edit.start, edit.end)) !== folded(mutant.before)) continue;
      const at = lineOf(text, edit.start);
      const around = lines.slice(Math.max(0, at - 1 - 2 * CONTEXT_LINES), at + 2 * CONTEXT_LINES).map(folded);
      const score = around.filter((line) => wanted.has(line)).length + (file.endsWith(mutant.file) ? 0.5 : 0);
      if (score > (best?.score ?? 1)) best = { file, text, edit, score };
    }
  }
  return best;
}

/** Runs the tests that reach the file and reports the first that failed: all of them, or only those of one project. */
function test(file: string, project: string | undefined): { failed: string | undefined; ran: number } {
  const reached = REACHED_THROUGH_PROCESSES.filter(({ sources: of }) => of.test(file)).flatMap(({ tests }) => tests);
  const only = project === undefined ? [] : ['--project', project];
  let ran = 0;
  for (const args of [['related', file], ...(reached.length === 0 ? [] : [['run', ...reached]])]) {
    const vitest = [
      'node_modules/vitest/vitest.mjs',
      ...args,
      '--run',
      '--bail=1',
      '--reporter=json',
      '--passWithNoTests',
      ...only,
    ];
    const { error } = spawnSync(process.execPath, [...vitest, `--outputFile=${reportFile}`], {
      timeout: MAX_SECONDS * 1e3,
      env: { ...process.env, CI: '' },
      stdio: 'ignore',
    });
    if (error !== undefined) return { failed: `did not end within ${MAX_SECONDS} s`, ran };
    // There is no report if no test reaches the file.
    if (!existsSync(reportFile)) continue;
    const report = JSON.parse(readFileSync(reportFile, 'utf8')) as {
      numTotalTests: number;
      testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[];
    };
    rmSync(reportFile);
    ran += report.numTotalTests;
    const where = (name: string): string => name.replace(`${process.cwd()}/`, '');
    const failed = report.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => `${where(name)}: ${fullName}`),
    );
    // A test file that could not be loaded has no failed test; files skipped after the first failure look the same.
    const broken = report.testResults
      .filter(({ status }) => status === 'failed')
      .map(({ name }) => `${where(name)}: as a whole`);
    const [first] = [...failed, ...broken];
    if (first !== undefined) return { failed: first, ran };
  }
  return { failed: undefined, ran };
}

function tryOut(mutant: Mutant, project: string | undefined): Outcome {
  const started = performance.now();
  const seconds = (): number => Math.round((performance.now() - started) / 1e3);
  const found = locate(mutant);
  if (found === undefined) return { ...mutant, at: null, outcome: 'not found', seconds: seconds() };
  const { file, text, edit } = found;
  const at = { file, line: lineOf(text, edit.start) };
  const path = join(process.cwd(), file);
  try {
    writeFileSync(path, text.slice(0, edit.start) + edit.after + text.slice(edit.end));
    const { failed, ran } = test(file, project);
    if (failed !== undefined) return { ...mutant, at, outcome: 'caught', by: failed, seconds: seconds() };
    return { ...mutant, at, outcome: ran === 0 ? 'no test' : 'survived', seconds: seconds() };
  } finally {
    writeFileSync(path, text);
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '30' },
    only: { type: 'string' },
    project: { type: 'string' },
  },
});
const [command, file] = positionals;
if (command === 'draw') {
  process.stdout.write(`${JSON.stringify(draw(Number(values.seed), Number(values.count)), null, 1)}\n`);
} else if (command === 'run' && file !== undefined) {
  if (git('status', '--porcelain') !== '') throw new Error('the work tree is not clean: commit or stash first');
  const mutants = JSON.parse(readFileSync(file, 'utf8')) as Mutant[];
  const chosen = values.only?.split(',').map(Number);
  const outcomes: Outcome[] = [];
  for (const [index, mutant] of mutants.entries()) {
    if (chosen !== undefined && !chosen.includes(index)) continue;
    const outcome = tryOut(mutant, values.project);
    outcomes.push(outcome);
    process.stderr.write(
      `${index} ${outcome.outcome} ${mutant.change} ${outcome.at?.file ?? mutant.file}:${outcome.at?.line ?? mutant.line} ${outcome.by ?? ''} (${outcome.seconds} s)\n`,
    );
  }
  process.stdout.write(`${JSON.stringify(outcomes, null, 1)}\n`);
} else {
  process.stderr.write(
    'usage: node .ci/mutants.ts draw [--seed N] [--count N] | run FILE [--only 0,3] [--project unit]\n',
  );
  process.exitCode = 2;
}
rmSync(dirname(reportFile), { recursive: true });
