import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { errorText } from '../error-text.ts';
import { privateLink } from '../run/link.ts';

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
  | 'terminal'
  | 'processTable'
  | 'tshark'
  | 'curl'
  | 'mosquitto'
  | 'python';

/** Path of Chromium: that in WIREBENCH_CHROMIUM, or Debian's. */
export const chromiumPath = (): string => process.env.WIREBENCH_CHROMIUM ?? '/usr/bin/chromium';

const apt = (names: string): string => `apt-get install ${names}`;

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
  terminal: program('script', 'the command line on a terminal', 'bsdutils'),
  processTable: {
    use: 'processes that are looked at and stopped',
    install: 'run the tests on Linux',
    missing: () => (process.platform === 'linux' ? undefined : `${process.platform} has no /proc`),
  },
  tshark: program('tshark', 'packets that another program captures', 'tshark'),
  curl: program('curl', 'commands of the documents', 'curl'),
  mosquitto: program('mosquitto_pub', 'commands of the documents', 'mosquitto-clients'),
  python: program('python3', 'commands of the documents', 'python3'),
};

/** Resolves with the reason why a need is not met, and the way to meet it; undefined if it is met. */
export async function whyUnmet(name: NeedName): Promise<string | undefined> {
  const reason = await NEEDS[name].missing();
  return reason === undefined ? undefined : `${reason} (${NEEDS[name].install})`;
}

function program(name: string, use: string, packages: string): Need {
  return { use, install: apt(packages), missing: () => (isOnPath(name) ? undefined : `${name} is not installed`) };
}

function isOnPath(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, name)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function whyNoPrivateLink(): Promise<string | undefined> {
  try {
    await (await privateLink()).close();
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
