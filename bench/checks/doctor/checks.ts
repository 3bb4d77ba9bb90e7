import type { Readings } from './readings.ts';

/** Result of one check. `ok`: nothing to do; `note`: limits what can be measured or concluded; `unfit`: spoils the numbers. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'note' | 'unfit';
  /** Present if the system does not provide the reading. */
  readonly known?: false;
  readonly observed: string;
  /** Remedy; empty if the state is `ok`. */
  readonly fix: string;
}

const unknown = (name: string): Check => ({
  name,
  state: 'note',
  known: false,
  observed: 'not known on this system',
  fix: '',
});

/** Judges each reading by its effect on a measurement. Pure. */
export function examine(readings: Readings): Check[] {
  return [
    runtime(readings),
    cores(readings),
    pinning(readings),
    openFiles(readings),
    ports(readings),
    backlog(readings),
    congestionControl(readings),
    privateLink(readings),
    clock(readings),
    loopback(readings),
    othersLoad(readings),
    steal(readings),
  ];
}

function check(name: string, observed: string, problem?: { state: 'note' | 'unfit'; fix: string }): Check {
  return { name, observed, state: problem?.state ?? 'ok', fix: problem?.fix ?? '' };
}

function runtime({ node, pinnedNode }: Readings): Check {
  if (node === pinnedNode) return check('runtime', `Node.js ${node}`);
  const fix = 'run `npm ci` and use the npm scripts: another runtime gives other numbers';
  return check('runtime', `Node.js ${node}; the project pins ${pinnedNode}`, { state: 'note', fix });
}

function cores({ cores: count }: Readings): Check {
  if (count === null) return unknown('cores');
  if (count >= 2) return check('cores', String(count));
  return check('cores', String(count), {
    state: 'unfit',
    fix: 'give this process two cores: the server and the load generator need one each',
  });
}

function pinning({ canBind, cores: count }: Readings): Check {
  if (canBind) return check('pinning', 'the server and the load generator are bound to separate cores');
  const fix =
    count === 1
      ? 'needs two cores'
      : 'install taskset (Debian package util-linux): without it the system moves processes between cores';
  return check('pinning', 'processes are not bound to cores', { state: 'note', fix });
}

/** Open files that the default run needs, with some to spare. */
const MIN_FILES = 512;

function openFiles({ openFiles: limits }: Readings): Check {
  if (limits === null) return unknown('open files');
  const observed = `${limits.soft} (hard limit ${limits.hard})`;
  if (limits.soft >= 4_096) return check('open files', observed);
  if (limits.hard < MIN_FILES) {
    const fix = `raise the hard limit to at least ${MIN_FILES} (\`ulimit -Hn\` as root, or the container’s nofile): each client needs an open file at both ends`;
    return check('open files', observed, { state: 'unfit', fix });
  }
  const fix = `run \`ulimit -n ${Math.min(limits.hard, 65_536)}\` before a run with many clients: each needs an open file at both ends`;
  return check('open files', observed, { state: 'note', fix });
}

function ports({ ports: count }: Readings): Check {
  if (count === null) return unknown('ephemeral ports');
  if (count >= 20_000) return check('ephemeral ports', String(count));
  const fix = 'run `sysctl net.ipv4.ip_local_port_range="1024 65535"` before a run with many clients';
  return check('ephemeral ports', String(count), { state: 'note', fix });
}

function backlog({ somaxconn }: Readings): Check {
  if (somaxconn === null) return unknown('accept queue');
  if (somaxconn >= 1_024) return check('accept queue', `somaxconn ${somaxconn}`);
  const fix = 'run `sysctl net.core.somaxconn=4096`; otherwise a burst of connections is refused';
  return check('accept queue', `somaxconn ${somaxconn}`, { state: 'note', fix });
}

function congestionControl({ congestionControl: name }: Readings): Check {
  return name === null ? unknown('congestion control') : check('congestion control', name);
}

function privateLink({ privateLink: possible }: Readings): Check {
  if (possible === true) return check('private link', 'two namespaces joined by a veth pair can be made without root');
  const fix =
    'bytes are counted at the sockets instead. A private link needs Linux, iproute2, util-linux and unprivileged user namespaces (`sysctl kernel.unprivileged_userns_clone=1`, and AppArmor’s restriction off)';
  return check('private link', possible, { state: 'note', fix });
}

function clock({ clockResolutionNs }: Readings): Check {
  const observed = `resolution ${clockResolutionNs} ns`;
  if (clockResolutionNs <= 1_000) return check('clock', observed);
  return check('clock', observed, {
    state: 'unfit',
    fix: 'measure on other hardware: latencies below this resolution cannot be told apart',
  });
}

function loopback({ loopbackMicroseconds }: Readings): Check {
  const observed = `${loopbackMicroseconds.toFixed(0)} µs for a round trip of one byte`;
  if (loopbackMicroseconds < 1_000) return check('loopback', observed);
  return check('loopback', observed, {
    state: 'unfit',
    fix: 'close other programs: the machine is overloaded or emulated',
  });
}

function othersLoad({ busyShare }: Readings): Check {
  if (busyShare === null) return unknown('load by others');
  const observed = percent(busyShare);
  if (busyShare < 0.05) return check('load by others', observed);
  const fix = 'close other programs: they take CPU time from the server and the load generator';
  return check('load by others', observed, { state: busyShare < 0.25 ? 'note' : 'unfit', fix });
}

function steal({ stolenShare }: Readings): Check {
  if (stolenShare === null) return unknown('stolen time');
  const observed = percent(stolenShare);
  if (stolenShare < 0.01) return check('stolen time', observed);
  const fix = 'use a machine of your own, or more trials: other virtual machines share these cores';
  return check('stolen time', observed, { state: stolenShare < 0.05 ? 'note' : 'unfit', fix });
}

function percent(share: number): string {
  return `${(Math.max(0, share) * 100).toFixed(1)} %`;
}
