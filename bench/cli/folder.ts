import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whyNot } from '../results/file.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';

/** Files of the folder that a run writes to. */
export interface RunFolder {
  readonly results: string;
  readonly report: string;
  /** Makes the folder again if it was deleted during the run, so that no measurement is lost. */
  restore(): void;
}

const FILES = ['results.json', 'report.html'];

/** Path of a new folder under reports/runs, named after the date and time. */
export function newFolder(startedAt: Date): string {
  const runs = fileURLToPath(new URL('../../reports/runs/', import.meta.url));
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
    closeSync(openSync(probe, 'w'));
    rmSync(probe);
    keepEarlier(path, (what) => io.info(`${what}\n`));
  } catch (error) {
    throw new UsageError([`cannot write to ${folder}: ${whyNot(error, NO_FOLDER)}; name another folder with --out`]);
  }
  return {
    results: shortest(join(path, 'results.json'), cwd),
    report: shortest(join(path, 'report.html'), cwd),
    restore: () => makeFolder(path),
  };
}

/** Reasons why a folder could not be made. */
const NO_FOLDER = { ENOENT: 'a folder cannot be made there', ENOTDIR: 'it is a file, or a part of its path is one' };

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
