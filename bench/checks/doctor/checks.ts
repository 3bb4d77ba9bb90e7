import { command } from '../../results/command.ts';
import { coreText, programsText } from '../../results/machine/cores.ts';
import { changesNode } from '../../results/machine/variables.ts';
import { MAX_OTHERS_SHARE } from '../../results/rules.ts';
import { notInstalled } from '../../run/machine/programs.ts';
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
    quota(readings),
    memoryLimit(readings),
    pinning(readings),
    openFiles(readings),
    ports(readings),
    backlog(readings),
    congestionControl(readings),
    privateLink(readings),
    ...networks(readings),
    ...browser(readings),
    ...runtimes(readings),
    clock(readings),
    loopback(readings),
    variables(readings),
    otherRuns(readings),
    othersLoad(readings),
    steal(readings),
  ];
}

function check(name: string, observed: string, problem?: { state: 'note' | 'unfit'; fix: string }): Check {
  return { name, observed, state: problem?.state ?? 'ok', fix: problem?.fix ?? '' };
}

function runtime({ node, pinnedNode }: Readings): Check {
  if (node === pinnedNode) return check('runtime', `Node.js ${node}`);
  const fix = `run ${command('npm ci')} and use the npm scripts: another runtime gives other numbers`;
  return check('runtime', `Node.js ${node}; the project pins ${pinnedNode}`, { state: 'note', fix });
}

function cores({ cores: count, physicalCores }: Readings): Check {
  if (count === null) return unknown('cores');
  const threads = physicalCores === null || physicalCores === count ? '' : ` (${count} hardware threads)`;
  if (count >= 2 && physicalCores === 1) {
    const fix =
      'measure on two cores: the server and the load generator run on threads of one, and slow each other down';
    return check('cores', `1${threads}`, { state: 'note', fix });
  }
  if (count >= 2) return check('cores', `${physicalCores ?? count}${threads}`);
  return check('cores', String(count), {
    state: 'unfit',
    fix: 'give this process two cores: the server and the load generator need one each',
  });
}

function quota({ limits: { cores: allowed }, throttledTimes }: Readings): Check {
  if (allowed === null) return check('CPU quota', 'none');
  const times = throttledTimes ? `, used up ${throttledTimes} times so far` : '';
  const observed = `${Number(allowed.toFixed(2))} cores’ time${times}`;
  if (allowed >= 2) return check('CPU quota', observed);
  const fix =
    'raise the quota to at least 2 cores (`docker run --cpus`, limits.cpu of Kubernetes, CPUQuota= of systemd): the server and the load generator need one each, and are stopped when it is used up';
  return check('CPU quota', observed, { state: 'unfit', fix });
}

/** Memory that a run needs besides the memory of its sessions: two processes that are measured, the command and its report. */
const MIN_MEMORY_BYTES = 2 ** 30;

function memoryLimit({ limits: { memoryBytes } }: Readings): Check {
  if (memoryBytes === null) return check('memory limit', 'none');
  const observed = `${Math.floor(memoryBytes / 2 ** 20)} MiB`;
  if (memoryBytes >= MIN_MEMORY_BYTES) return check('memory limit', observed);
  const fix = `raise the limit to at least ${MIN_MEMORY_BYTES / 2 ** 20} MiB, or the system may end a measured process or reclaim its memory`;
  return check('memory limit', observed, { state: 'note', fix });
}

function otherRuns({ otherRuns: found }: Readings): Check {
  if (found.length === 0) return check('other runs', 'no other Wirebench measures on this machine');
  const observed = found.map(({ pid, command }) => `process ${pid} measures (${command})`).join(', ');
  const fix = 'let it finish first: trials during which another Wirebench measures are invalid in both runs';
  return check('other runs', observed, { state: 'unfit', fix });
}

function pinning({ canBind, cores: count }: Readings): Check {
  if (canBind) return check('pinning', 'the server and the load generator are bound to separate cores');
  const fix =
    count === 1
      ? 'needs two cores'
      : `${notInstalled(['taskset'])}: without it the system moves processes between cores`;
  return check('pinning', 'processes are not bound to cores', { state: 'note', fix });
}

/** Open files that the default run needs, with some to spare. */
const MIN_FILES = 512;

function openFiles({ openFiles: limits }: Readings): Check {
  if (limits === null) return unknown('open files');
  const observed = `${limits.soft} (hard limit ${limits.hard})`;
  if (limits.soft >= 4_096) return check('open files', observed);
  if (limits.hard < MIN_FILES) {
    const fix = `raise the hard limit to at least ${MIN_FILES} (${command('ulimit -Hn')} as root, or the container’s nofile): each client needs an open file at both ends`;
    return check('open files', observed, { state: 'unfit', fix });
  }
  const fix = `run ${command(`ulimit -n ${Math.min(limits.hard, 65_536)}`)} before a run with many clients: each needs an open file at both ends`;
  return check('open files', observed, { state: 'note', fix });
}

function ports({ ports: count }: Readings): Check {
  if (count === null) return unknown('ephemeral ports');
  if (count >= 20_000) return check('ephemeral ports', String(count));
  const fix = `run ${command('sysctl net.ipv4.ip_local_port_range="1024 65535"')} before a run with many clients`;
  return check('ephemeral ports', String(count), { state: 'note', fix });
}

function backlog({ somaxconn }: Readings): Check {
  if (somaxconn === null) return unknown('accept queue');
  if (somaxconn >= 1_024) return check('accept queue', `somaxconn ${somaxconn}`);
  const fix = `run ${command('sysctl net.core.somaxconn=4096')}; otherwise a burst of connections is refused`;
  return check('accept queue', `somaxconn ${somaxconn}`, { state: 'note', fix });
}

function congestionControl({ congestionControl: name }: Readings): Check {
  return name === null ? unknown('congestion control') : check('congestion control', name);
}

function privateLink({ privateLink: found }: Readings): Check {
  const possible = 'two namespaces joined by a veth pair can be made without root';
  if (typeof found === 'string') {
    const fix = `bytes are counted at the sockets instead. A private link needs Linux, iproute2, util-linux and unprivileged user namespaces (${command('sysctl kernel.unprivileged_userns_clone=1')}, and AppArmor’s restriction off)`;
    return check('private link', found, { state: 'note', fix });
  }
  if (found.length === 0) return check('private link', possible);
  const failed = found.map(({ name, error }) => `${name} failed: ${error}`).join('; ');
  const fix = `nothing to do: ${found.map(({ consequence }) => consequence).join('; ')}`;
  return check('private link', `${possible}; an optional step of it, ${failed}`, { state: 'note', fix });
}

function networks({ networks: reason }: Readings): Check[] {
  if (reason === undefined) return [];
  const possible = `a relay can make them; ${command('npm run doctor -- --networks')} tests each`;
  if (reason === null) return [check('networks', possible)];
  const fix = 'leave --network out. A network needs what a private link needs, and VXLAN devices in the kernel';
  return [check('networks', reason, { state: 'note', fix })];
}

function browser({ browser: found }: Readings): Check[] {
  if (found === undefined) return [];
  if ('missing' in found) {
    const fix = 'leave --clients-in out: clients run in Node, and everything else works';
    return [check('browser', found.missing, { state: 'note', fix })];
  }
  if ('failed' in found) {
    const fix = 'name another browser with --browser, or leave --clients-in out';
    return [check('browser', `${found.path} does not start: ${found.failed}`, { state: 'note', fix })];
  }
  const { path, runtime, startSeconds } = found;
  return [check('browser', `${runtime} (${path}), which starts in ${startSeconds.toFixed(2)} s`)];
}

/** Runtimes of servers besides Node: without one, only the cases that ask for it cannot be measured. */
function runtimes({ runtimes: found = [] }: Readings): Check[] {
  return found.map((one) => {
    const name = `servers on ${one.title}`;
    const without = `leave ${one.name} out of --runtime`;
    if ('version' in one) return check(name, `${one.version} (${one.place})`);
    if ('missing' in one) return check(name, one.missing, { state: 'note', fix: `install it, or ${without}` });
    const fix = `run ${command('npm run runtimes')}, or ${without}`;
    return check(name, `${one.place} does not start: ${one.failed}`, { state: 'note', fix });
  });
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

function variables({ variables: { kept, dropped } }: Readings): Check {
  const [passed, withheld] = [kept, dropped].map((names) => names.filter(changesNode));
  const texts = [
    ...(passed!.length === 0 ? [] : [`passed on, and change what is measured: ${passed!.join(', ')}`]),
    ...(withheld!.length === 0 ? [] : [`not passed on to measured processes of ours: ${withheld!.join(', ')}`]),
  ];
  if (texts.length === 0) return check('variables', 'none is set that changes a runtime');
  const fix = `unset them, so that a server under --exec does not inherit them either${
    withheld!.length === 0 ? '' : `; --keep-env ${withheld!.join(',')} passes them on`
  }`;
  return check('variables', texts.join('; '), { state: 'note', fix });
}

function othersLoad({ busiestCore }: Readings): Check {
  if (busiestCore === null) return unknown('load by others');
  const { share } = busiestCore;
  const most = `${percent(share)} of ${coreText(busiestCore)}`;
  if (share < MAX_OTHERS_SHARE) return check('load by others', most);
  const observed = `${most}, ${programsText(busiestCore)}`;
  const fix = 'close other programs: they take CPU time from the server and the load generator';
  return check('load by others', observed, { state: share < 0.25 ? 'note' : 'unfit', fix });
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
