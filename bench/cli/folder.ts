import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command, quoted } from '../results/command.ts';
import { whyNot, writeResults, writeWhole } from '../results/file.ts';
import type { Results } from '../results/schema.ts';
import { UsageError } from './exit.ts';
import { NO_FOLDER } from './files.ts';
import type { Io } from './io.ts';

/** Files of the folder that a run writes to. */
export interface RunFolder {
  readonly results: string;
  readonly report: string;
  /** Makes the folder again if it was deleted during the run, so that no measurement is lost. */
  restore(): void;
}

const FILES = ['results.json', 'report.html'];

const RUNS = fileURLToPath(new URL('../../reports/runs/', import.meta.url));

/** Path of a new folder under reports/runs, or under another folder, named after the date and time. */
export function newFolder(startedAt: Date, runs = RUNS): string {
  const name = startedAt.toISOString().slice(0, 19).replaceAll(':', '-').replace('T', '-');
  let folder = join(runs, name);
  for (let again = 2; existsSync(folder); again++) folder = join(runs, `${name}-${again}`);
  return folder;
}

/**
 * Makes the folder and checks, before anything is measured, that it can be written to. Files of an earlier run are renamed,
 * and the user is told.
 */
export function prepareFolder(folder: string, io: Pick<Io, 'resolve' | 'info'>): RunFolder {
  if (folder === '') throw new UsageError(['--out names no folder']);
  const path = io.resolve(folder);
  const cwd = io.resolve('.');
  try {
    makeFolder(path);
    const probe = join(path, `.wirebench-${process.pid}`);
    try {
      // A full disk may have room for an empty file.
      writeFileSync(probe, Buffer.alloc(MIN_BYTES));
    } finally {
      rmSync(probe, { force: true });
    }
    keepEarlier(path, (what) => io.info(`${what}\n`));
  } catch (error) {
    throw new UsageError([`cannot write to ${folder}: ${whyNot(error, NO_PLACE)}; name another folder with --out`]);
  }
  return {
    results: shortest(join(path, 'results.json'), cwd),
    report: shortest(join(path, 'report.html'), cwd),
    restore: () => makeFolder(path),
  };
}

/** Room that is needed before a run begins. */
const MIN_BYTES = 2 ** 16;

/** Reasons why a folder could not be made. */
const NO_PLACE = { ENOENT: 'a folder cannot be made there', ENOTDIR: 'it is a file, or a part of its path is one' };

/** Makes a folder and those above it. Node's recursive mkdir never returns on file systems such as /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

function keepEarlier(folder: string, moved: (what: string) => void): void {
  if (!FILES.some((file) => existsSync(join(folder, file)))) return;
  let number = 1;
  while (FILES.some((file) => existsSync(join(folder, numbered(file, number))))) number++;
  for (const file of FILES) {
    if (!existsSync(join(folder, file))) continue;
    renameSync(join(folder, file), join(folder, numbered(file, number)));
    moved(`${file} of an earlier run is kept as ${numbered(file, number)}`);
  }
}

function numbered(file: string, number: number): string {
  return file.replace('.', `.${number}.`);
}

/** Relative path of a file inside the working folder; the path itself for others. */
function shortest(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
}

/** Files of a run, where they are in the end. */
export interface Kept {
  /** Path of the results; null if nowhere was room for them. */
  readonly results: string | null;
  /** Path of the report; null if it could not be written. */
  readonly report: string | null;
  /** Files that are not where they should be, as sentences that say where they are or how to get them. */
  readonly problems: readonly string[];
}

/**
 * Writes the files of a run. A failure to write does not end the run: the figures are in memory, and the next trial may find room
 * again.
 */
export class RunFiles {
  readonly #folder: RunFolder;
  readonly #io: Pick<Io, 'resolve' | 'info'>;
  #problem: string | undefined;

  constructor(folder: RunFolder, io: Pick<Io, 'resolve' | 'info'>) {
    this.#folder = folder;
    this.#io = io;
  }

  /** Writes the results so far. @param announced called before the first failure is told */
  save(results: Results, announced: () => void = () => {}): void {
    const { restore, results: path } = this.#folder;
    const before = this.#problem;
    this.#problem = whyUnwritten(() => {
      restore();
      writeResults(this.#io.resolve(path), results);
    });
    if (this.#problem === undefined || before !== undefined) return;
    announced();
    this.#io.info(`${path} cannot be written: ${this.#problem}. The run goes on, and every trial tries again.\n`);
  }

  /** Writes results and report at the end, elsewhere if the folder of the run has no room for the results. */
  async finish(results: Results, page: () => Promise<string>): Promise<Kept> {
    const { restore, ...usual } = this.#folder;
    if (this.#problem !== undefined) this.save(results);
    const why = this.#problem;
    const kept = why === undefined ? usual : elsewhere(results);
    const problems = why === undefined ? [] : [`${usual.results} could not be written: ${why}.${whereElse(kept)}`];
    if (kept === null) return { results: null, report: null, problems };
    const html = await page().catch((error: unknown) => new Error(whyNot(error), { cause: error }));
    const failed = whyUnwritten(() => {
      if (html instanceof Error) throw html;
      writeWhole(this.#io.resolve(kept.report), html);
    });
    if (failed === undefined) return { ...kept, problems };
    const again = command(`npm run report -- ${quoted(kept.results)}`);
    const unmade = `${kept.report} could not be written: ${failed}. When there is room, this command makes it: ${again}`;
    return { results: kept.results, report: null, problems: [...problems, unmade] };
  }
}

/** Reason why something could not be written; undefined if it was. */
function whyUnwritten(write: () => void): string | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    return whyNot(error, NO_FOLDER);
  }
}

type Written = Pick<RunFolder, 'results' | 'report'>;

/** Writes results to a new folder for temporary files; null if there is no room either. */
function elsewhere(results: Results): Written | null {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'wirebench-'));
    const written = { results: join(folder, 'results.json'), report: join(folder, 'report.html') };
    writeResults(written.results, results);
    return written;
  } catch {
    return null;
  }
}

const whereElse = (kept: Written | null): string =>
  kept === null
    ? ` Nor could it be to ${tmpdir()}, so the results are lost but for what was printed.`
    : ` It was written to ${kept.results} instead: copy it from there.`;
