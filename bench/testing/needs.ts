import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorText } from '../error-text.ts';
import { privateLink } from '../run/link.ts';
import { apt, isExecutable, isOnPath } from '../run/machine/programs.ts';
import { findRuntime, INSTALL, OTHER_RUNTIMES, type OtherRuntime } from '../run/runtimes/find.ts';
import { findProxy } from '../run/scale/proxies/program.ts';

/** Requirement of some tests on the machine besides `npm ci`. */
export interface Need {
  /** Purpose, in a few words. */
  readonly use: string;
  /** Command that installs it on Debian, or another way to get it. */
  readonly install: string;
  /** Resolves with the reason why it is missing on this machine; undefined if it is there. */
  readonly missing: () => string | undefined | Promise<string | undefined>;
}

export type NeedName =
  | 'privateLink'
  | 'chromium'
  | 'firefox'
  | 'webkit'
  | 'terminal'
  | 'processTable'
  | 'tshark'
  | 'curl'
  | 'mosquitto'
  | 'broker'
  | 'nginx'
  | 'nginxStream'
  | 'haproxy'
  | 'redis'
  | 'python'
  | 'websockets'
  | 'netcat'
  | 'wscat'
  | 'websocat'
  | 'grpcurl'
  | 'compiler'
  | 'bun'
  | 'deno';

/** Path of Chromium: that in WIREBENCH_CHROMIUM, or Debian's. */
export const chromiumPath = (): string => process.env.WIREBENCH_CHROMIUM ?? '/usr/bin/chromium';

/** Path of Firefox: that in WIREBENCH_FIREFOX, or Debian's. */
export const firefoxPath = (): string => process.env.WIREBENCH_FIREFOX ?? '/usr/bin/firefox-esr';

/** Path of the small browser that comes with WebKitGTK; the folder has the name of the machine and the version of the library. */
export const webkitBrowserPath = (): string =>
  globSync('/usr/lib/*/webkit2gtk-4.*/MiniBrowser').toSorted().at(-1) ?? '';

/** Use of the programs that the documents name. */
const LINES = 'lines of other programs in the documents';

/** Use of the programs that are measured. */
const FOREIGN = 'servers of others that are measured';

/** Use of the proxies that clients reach servers through. */
const PROXIES = 'proxies between clients and servers';

/** Folder of the programs that `npm ci` installs. */
const npmPrograms = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));

export const NEEDS: Readonly<Record<NeedName, Need>> = {
  privateLink: {
    use: 'bytes on a private link',
    install: apt('iproute2 util-linux'),
    missing: whyNoPrivateLink,
  },
  chromium: {
    use: 'the report in a browser',
    install: `${apt('chromium')}, or name a Chromium in WIREBENCH_CHROMIUM`,
    missing: () => (isExecutable(chromiumPath()) ? undefined : `there is no ${chromiumPath()}`),
  },
  firefox: {
    use: 'the report in Firefox',
    install: `${apt('firefox-esr')}, or name a Firefox in WIREBENCH_FIREFOX`,
    missing: () => (isExecutable(firefoxPath()) ? undefined : `there is no ${firefoxPath()}`),
  },
  webkit: {
    use: 'the report in WebKit',
    install: apt('webkit2gtk-driver xvfb'),
    missing: () => {
      const lacking = ['WebKitWebDriver', 'Xvfb'].filter((name) => !isThere(name));
      if (lacking.length > 0) return `${lacking.join(' and ')} is not installed`;
      return webkitBrowserPath() === '' ? 'WebKitGTK has no MiniBrowser' : undefined;
    },
  },
  terminal: program('script', 'the command line on a terminal', apt('bsdutils')),
  processTable: {
    use: 'processes that are looked at and stopped',
    install: 'run the tests on Linux',
    missing: () => (process.platform === 'linux' ? undefined : `${process.platform} has no /proc`),
  },
  tshark: program('tshark', 'packets that another program captures', apt('tshark')),
  curl: program('curl', LINES, apt('curl')),
  mosquitto: program('mosquitto_pub', LINES, apt('mosquitto-clients')),
  broker: program('mosquitto', FOREIGN, apt('mosquitto')),
  nginx: program('nginx', FOREIGN, apt('nginx-light')),
  nginxStream: {
    use: PROXIES,
    install: apt('nginx-light libnginx-mod-stream'),
    missing: () => (findProxy('nginx')?.stream === undefined ? 'nginx has no module for TCP' : undefined),
  },
  haproxy: program('haproxy', PROXIES, apt('haproxy')),
  redis: program('redis-server', 'servers that share a back-plane', apt('redis-server')),
  python: program('python3', LINES, apt('python3')),
  websockets: {
    use: LINES,
    install: apt('python3-websockets'),
    missing: () => {
      const { status } = spawnSync('python3', ['-c', 'import websockets'], { env: withPrograms() });
      return status === 0 ? undefined : 'python3 has no websockets';
    },
  },
  netcat: {
    use: LINES,
    install: apt('netcat-openbsd xxd'),
    missing: () => (isThere('nc') && isThere('xxd') ? undefined : 'nc or xxd is not installed'),
  },
  wscat: {
    use: LINES,
    install: 'npm install --save-dev wscat@6',
    missing: () => (isExecutable(join(npmPrograms, 'wscat')) ? undefined : 'wscat is not installed'),
  },
  websocat: program('websocat', LINES, 'cargo install websocat'),
  compiler: program('cc', 'a compiled server that --exec starts', apt('gcc libc6-dev')),
  bun: runtime('bun'),
  deno: runtime('deno'),
  grpcurl: program('grpcurl', LINES, 'go install github.com/fullstorydev/grpcurl/cmd/grpcurl@latest'),
};

/** Resolves with the reason why a need is not met, and the way to meet it; undefined if it is met. */
export async function whyUnmet(name: NeedName): Promise<string | undefined> {
  const reason = await NEEDS[name].missing();
  return reason === undefined ? undefined : `${reason} (${NEEDS[name].install})`;
}

function program(name: string, use: string, install: string): Need {
  return { use, install, missing: () => (isThere(name) ? undefined : `${name} is not installed`) };
}

function runtime(name: OtherRuntime): Need {
  const { title } = OTHER_RUNTIMES[name];
  const missing = (): string | undefined => ('missing' in findRuntime(name) ? `${title} is not installed` : undefined);
  return { use: `servers on ${title}`, install: INSTALL, missing };
}

/**
 * Environment in which tests run the programs of others: npm's first, then Debian's own, whose Python has Debian's packages and
 * whose brokers lie where only root looks.
 */
export function withPrograms(): NodeJS.ProcessEnv {
  const first = [npmPrograms, '/usr/bin', '/usr/sbin'];
  return { ...process.env, PATH: [...first, process.env.PATH ?? ''].join(delimiter) };
}

const isThere = (name: string): boolean => isOnPath(name, withPrograms().PATH);

async function whyNoPrivateLink(): Promise<string | undefined> {
  try {
    await (await privateLink()).close();
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
