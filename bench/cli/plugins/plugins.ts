import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { errorText } from '../../error-text.ts';
import { outputShown } from '../../security/redact.ts';
import { registerTransport, transports } from '../../transports/index.ts';
import { refuseIf } from '../exit.ts';
import type { Io } from '../io.ts';
import type { PluginRead } from './schema.ts';

/** Time that a plugin's module has to be imported. */
const IMPORT_SECONDS = 6;

/**
 * Registers transports from outside the repository. Their modules export `transport`, `listen` and `connect`, and are imported in a
 * thread of their own: one that hangs, exits or writes to stdout does so there. Throws a `UsageError` with all problems of all modules.
 */
export async function usePlugins(files: readonly string[], io: Pick<Io, 'resolve' | 'info'>): Promise<string[]> {
  const problems: string[] = [];
  const ids: string[] = [];
  for (const file of files) {
    const read = await readFile(io.resolve(file), io.info);
    const wrong = 'problems' in read ? read.problems : register(read.entry);
    problems.push(...wrong.map((problem) => `--plugin ${file}: ${problem}`));
    if ('entry' in read) ids.push(read.entry.id);
  }
  refuseIf(problems);
  return ids;
}

async function readFile(path: string, write: Io['info']): Promise<PluginRead> {
  return existsSync(path)
    ? await importAside(pathToFileURL(path).href, write)
    : { problems: ['there is no such file'] };
}

/** Adds a transport, unless an earlier command in this process has added it. Returns a problem if another one has its id. */
function register(entry: Extract<PluginRead, { entry: unknown }>['entry']): string[] {
  const known = transports.find((one) => one.id === entry.id);
  if (known === undefined) registerTransport(entry);
  if (known === undefined || known.module === entry.module) return [];
  return [`a transport "${entry.id}" exists already; give yours another id`];
}

/** Imports a plugin in a thread and reads what it exports. @param write takes what the module prints meanwhile */
async function importAside(module: string, write: Io['info']): Promise<PluginRead> {
  const execArgv = ['--disable-warning=UNDICI-ES'];
  const file = new URL('./worker.ts', import.meta.url);
  const worker = new Worker(file, { workerData: module, stdout: true, stderr: true, execArgv });
  for (const stream of [worker.stdout, worker.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => write(outputShown(text)));
  }
  const { promise, resolve } = Promise.withResolvers<PluginRead>();
  const fail = (problem: string): void => resolve({ problems: [problem] });
  const late = `was still being imported after ${IMPORT_SECONDS} s; let it do its work in listen and connect`;
  // The time to start the thread, on a busy machine, is not the plugin's.
  let timer: NodeJS.Timeout | undefined;
  worker.on('message', (message: 'begins' | PluginRead) => {
    if (message === 'begins') timer = setTimeout(fail, IMPORT_SECONDS * 1e3, late);
    else resolve(message);
  });
  worker.once('error', (error) => fail(errorText(error)));
  worker.once('exit', (code) =>
    fail(code === UNSETTLED ? NEVER_IMPORTED : `ended the process while it was imported (code ${code})`),
  );
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

/** Exit code of Node.js if a top-level await has nothing left to wait for. */
const UNSETTLED = 13;
const NEVER_IMPORTED = 'cannot be imported: a top-level await in it never ends';
