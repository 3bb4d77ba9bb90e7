import { execFileSync } from 'node:child_process';
import { type Namespace, Namespaces } from '../../run/namespaces.ts';

/** Address of the host that has Redis and the run. */
export const HUB = '10.79.0.1';
const BRIDGE = 'hosts0';
const INTERFACE = 'host0';

/**
 * Hosts of a test: network namespaces whose cables meet at a bridge. Each of the agents' has a monotonic clock of its own too, where the
 * kernel allows, so that clocks which were not compared would show. To dispose of them removes them.
 */
export class Hosts implements AsyncDisposable {
  /** Command prefix of the host that has Redis and the run. */
  readonly hub: readonly string[];
  /** Command prefixes of the agents' hosts. */
  readonly agents: readonly (readonly string[])[];
  /** True if their clocks differ. */
  readonly haveClocks: boolean;
  readonly #namespaces: Namespaces;

  static async make(agents: number): Promise<Hosts> {
    const namespaces = new Namespaces();
    try {
      const hub = await namespaces.add('the hub');
      run(hub, [
        'ip link set lo up',
        `ip link add ${BRIDGE} type bridge`,
        `ip addr add ${HUB}/24 dev ${BRIDGE}`,
        `ip link set ${BRIDGE} up`,
      ]);
      const hosts: Namespace[] = [];
      for (let number = 1; number <= agents; number++) {
        const host = await namespaces.add(`host ${number}`);
        run(hub, [
          `ip link add cable${number} type veth peer name ${INTERFACE} netns ${host.pid}`,
          `ip link set cable${number} master ${BRIDGE} up`,
        ]);
        run(host, [
          'ip link set lo up',
          `ip addr add 10.79.0.${10 + number}/24 dev ${INTERFACE}`,
          `ip link set ${INTERFACE} up`,
        ]);
        hosts.push(host);
      }
      return new Hosts(namespaces, hub, hosts);
    } catch (error) {
      await namespaces.close();
      throw error;
    }
  }

  private constructor(namespaces: Namespaces, hub: Namespace, hosts: readonly Namespace[]) {
    this.#namespaces = namespaces;
    this.hub = hub.end;
    this.haveClocks = hosts.every(({ end }) => hasClock(end));
    this.agents = hosts.map(({ end }, index) => (this.haveClocks ? [...end, ...ownClock(index + 1)] : end));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#namespaces.close();
  }
}

/** Command prefix of a process whose monotonic clock is ahead, and which dies with the one that started it. */
const ownClock = (thousands: number): string[] => [
  'unshare',
  '--time',
  '--monotonic',
  String(1_000 * thousands),
  '--kill-child',
  '--fork',
];

function hasClock(end: readonly string[]): boolean {
  try {
    const [program, ...args] = [...end, ...ownClock(1), 'true'];
    execFileSync(program!, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function run({ end }: Namespace, commands: readonly string[]): void {
  const [program, ...args] = [...end, 'sh', '-e', '-c', commands.join('\n')];
  execFileSync(program!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
