import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { makeProfile, removeProfile } from '../../run/browser/profiles.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const FLAGS = [
  // The process is in a user namespace already, in which the browser's own sandbox cannot be made.
  '--no-sandbox',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-features=LocalNetworkAccessChecks',
];
const KILL_MS = 3_000;

/** True if windows can be shown. */
export const hasDisplay = ({ DISPLAY = '', WAYLAND_DISPLAY = '' }: Environment): boolean =>
  DISPLAY !== '' || WAYLAND_DISPLAY !== '';

/** Browser window that shows the lab. */
export interface Window {
  /** Resolves when the window was closed. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** Opens a page in a browser with a profile of its own, which goes with it. @param end command prefix that makes it run at an end of the link */
export function openWindow(path: string, url: string, end: readonly string[], environment: Environment): Window {
  const profile = makeProfile();
  const flags = [
    ...FLAGS,
    `--user-data-dir=${profile}`,
    `--unsafely-treat-insecure-origin-as-secure=${new URL(url).origin}`,
  ];
  const [program = path, ...args] = [...end, path, ...flags, url];
  const browser: ChildProcess = spawn(program, args, { stdio: 'ignore', detached: true, env: { ...environment } });
  const closed = Promise.race([once(browser, 'exit'), once(browser, 'error')]).then(
    () => {},
    () => {},
  );
  const signal = (name: NodeJS.Signals): void => {
    try {
      // Its group: a browser is many processes.
      if (browser.pid !== undefined) process.kill(-browser.pid, name);
    } catch {
      // Gone already.
    }
  };
  return {
    closed,
    async close() {
      signal('SIGTERM');
      const timer = setTimeout(() => signal('SIGKILL'), KILL_MS);
      await closed;
      clearTimeout(timer);
      signal('SIGKILL');
      removeProfile(profile);
    },
  };
}
