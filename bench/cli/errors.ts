import { errorText } from '../error-text.ts';
import { openFiles } from '../run/limits.ts';
import { EXIT, type ExitCode, UsageError } from './exit.ts';

/** Remedies for errors of the system, by their code. */
const REMEDIES: Readonly<Record<string, (error: NodeJS.ErrnoException) => string>> = {
  EADDRINUSE: () => 'another program has that address: name another, or end that program',
  EMFILE: () => `too many open files${limit()}: raise the limit (\`ulimit -n\`) or use fewer --clients`,
  ENFILE: () => 'the whole system has too many open files: end other programs, or use fewer --clients',
  ENOSPC: () => 'the disk is full: free some of it, or name a folder on another with --out',
  EROFS: () => 'nothing can be written there: name another place with --out',
  EACCES: () => 'this user may not do that: name another place, or use another user',
  ENOMEM: () => 'memory ran out: use fewer --clients, or end other programs',
  ERR_MODULE_NOT_FOUND: () => 'a package is missing: run `npm ci`',
  ERR_DLOPEN_FAILED: () =>
    'a native module does not fit this machine or this Node.js: run `npm ci`, through this Node.js',
  ENOENT: ({ syscall = '', path = '' }) =>
    syscall.startsWith('spawn') ? `${path} is not installed, or not in PATH` : `${path || 'a file'} does not exist`,
};

function limit(): string {
  const limits = openFiles();
  return limits === null ? '' : ` (this process may have ${limits.soft})`;
}

/** Remedy for an error of the system; undefined where its message says enough. */
export function remedy(error: unknown): string | undefined {
  if (!isSystemError(error) || error.code === undefined) return undefined;
  return Object.hasOwn(REMEDIES, error.code) ? REMEDIES[error.code]?.(error) : undefined;
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';

/** Explains an error: what failed, why, and what to try. Its stack is shown only if asked for. */
export function explain(error: unknown, { verbose }: { verbose: boolean }): { text: string; code: ExitCode } {
  if (error instanceof UsageError) return { text: `${error.message}\n`, code: EXIT.usage };
  const message = errorText(error);
  const stack = error instanceof Error ? error.stack : undefined;
  const help = remedy(error);
  const lines = [
    `internal error: ${message}`,
    ...(help === undefined ? [] : [`→ ${help}`]),
    ...(verbose ? [stack ?? 'it has no stack'] : ['→ --verbose says where in the code']),
  ];
  return { text: `${lines.join('\n')}\n`, code: EXIT.internal };
}
