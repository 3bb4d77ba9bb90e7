import { errorText } from '../error-text.ts';
import { command } from '../results/command.ts';
import { openFiles } from '../run/limits.ts';
import { EXIT, type ExitCode, UsageError } from './exit.ts';

/** Remedies for system errors, by code. */
const REMEDIES: Readonly<Record<string, (error: NodeJS.ErrnoException) => string>> = {
  EADDRINUSE: () => 'another program uses that address: name another, or stop that program',
  EMFILE: () => `too many open files${limit()}: raise the limit (${command('ulimit -n')}) or use fewer --clients`,
  ENFILE: () => 'the whole system has too many open files: stop other programs, or use fewer --clients',
  ENOSPC: () => 'the disk is full: free some space, or name a folder on another disk with --out',
  EROFS: () => 'that file system is read-only: name another place with --out',
  EACCES: () => 'this user lacks the permission: name another place, or run as another user',
  ENOMEM: () => 'memory ran out: use fewer --clients, or stop other programs',
  ERR_MODULE_NOT_FOUND: () => `a package is missing: run ${command('npm ci')}`,
  ERR_DLOPEN_FAILED: () =>
    `a native module does not fit this machine or this Node.js: run ${command('npm ci')} with this Node.js`,
  ENOENT: ({ syscall = '', path = '' }) =>
    syscall.startsWith('spawn') ? `${path} is not installed, or not in PATH` : `${path || 'a file'} does not exist`,
};

function limit(): string {
  const limits = openFiles();
  return limits === null ? '' : ` (this process may open ${limits.soft})`;
}

/** Remedy for a system error; undefined if none is known. */
export function remedy(error: unknown): string | undefined {
  if (!isSystemError(error) || error.code === undefined) return undefined;
  return Object.hasOwn(REMEDIES, error.code) ? REMEDIES[error.code]?.(error) : undefined;
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';

/** Explains an error: what failed, why, and what to try. `verbose` adds the stack. */
export function explain(error: unknown, { verbose }: { verbose: boolean }): { text: string; code: ExitCode } {
  if (error instanceof UsageError) return { text: `${error.message}\n`, code: EXIT.usage };
  const message = errorText(error);
  const stack = error instanceof Error ? error.stack : undefined;
  const help = remedy(error);
  const lines = [
    `internal error: ${message}`,
    ...(help === undefined ? [] : [`→ ${help}`]),
    ...(verbose ? [stack ?? 'the error has no stack'] : ['→ --verbose shows where in the code']),
  ];
  return { text: `${lines.join('\n')}\n`, code: EXIT.internal };
}
