import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Contention } from '../../results/machine/cores.ts';
import type { CoreUsage } from '../../results/schema.ts';
import { type Watched, watchCores } from './contention.ts';

const folder = mkdtempSync(join(tmpdir(), 'contention-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Times of a core since the system started, in seconds. */
type Core = Partial<Record<'user' | 'system' | 'idle' | 'iowait' | 'irq' | 'softirq' | 'steal', number>>;

interface Process {
  readonly name?: string;
  readonly parent?: number;
  /** CPU time, and that of ended children, in seconds. */
  readonly cpu?: number;
  readonly children?: number;
  readonly started?: number;
  /** Core that it ran on last, and those that it may use. */
  readonly core?: number;
  readonly allowed?: string;
  /** Seconds that each thread ran and waited; none if the kernel does not tell. */
  readonly threads?: Readonly<Record<number, readonly [run: number, wait: number]>>;
  /** File that it runs. */
  readonly file?: string;
  readonly environment?: string;
}

interface Machine {
  readonly cores: readonly Core[];
  readonly processes: Readonly<Record<number, Process>>;
}

let trees = 0;

/** Writes a machine as /proc shows it, and returns the folder. */
function written({ cores, processes }: Machine): string {
  const proc = join(folder, String(trees++));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(proc, path)), { recursive: true });
    writeFileSync(join(proc, path), text);
  };
  const ticks = (seconds = 0): number => Math.round(seconds * 100);
  const lines = cores.map(
    ({ user, system, idle, iowait, irq, softirq, steal }, core) =>
      `cpu${core} ${ticks(user)} 0 ${[system, idle, iowait, irq, softirq, steal].map(ticks).join(' ')} 0 0`,
  );
  if (lines.length > 0) write('stat', `cpu  1 2 3\n${lines.join('\n')}\nctxt 5\n`);
  for (const [pid, one] of Object.entries(processes)) {
    const { name = 'node', parent = 1, cpu, children, started = 7, core = 0, allowed = '0-1' } = one;
    const line = (id: string | number): string =>
      `${id} (${name}) R ${parent} 1 1 0 -1 4194560 1 0 0 0 ${ticks(cpu)} 0 ${ticks(children)} 0 20 0 1 0 ${started} ${'0 '.repeat(16)}${core} 0 0\n`;
    write(`${pid}/stat`, line(pid));
    write(`${pid}/status`, `Name:\t${name}\nCpus_allowed_list:\t${allowed}\n`);
    if (one.environment !== undefined) write(`${pid}/environ`, one.environment);
    if (one.file !== undefined) symlinkSync(one.file, join(proc, pid, 'exe'));
    for (const [id, [run, wait]] of Object.entries(one.threads ?? {})) {
      write(`${pid}/task/${id}/stat`, line(id));
      write(`${pid}/task/${id}/schedstat`, `${run * 1e9} ${wait * 1e9} 5\n`);
    }
  }
  return proc;
}

const ROOT = 100;
/** Time that is taken off what others used, because /proc is no finer. */
const TICK = 0.01;
const SERVER: Watched = { role: 'server', pid: 200 };
const WORKER: Watched = { role: 'generator', pid: 300 };

/** Watches one machine become another within a time, in seconds. */
function watched(
  before: Machine,
  after: Machine,
  parts: readonly Watched[] = [SERVER, WORKER],
  seconds = 1,
  beside = false,
): Contention {
  let now = 50;
  const proc = join(folder, `now-${trees}`);
  symlinkSync(written(before), proc);
  const end = watchCores(parts, { proc, root: ROOT, beside, now: () => now });
  rmSync(proc);
  symlinkSync(written(after), proc);
  now += seconds;
  return end();
}

const ours = (server: Process = {}, worker: Process = {}): Record<number, Process> => ({
  [ROOT]: { parent: 50, threads: { [ROOT]: [1, 0] } },
  200: { parent: ROOT, allowed: '0', threads: { 200: [2, 0.5], 201: [1, 0] }, ...server },
  300: { parent: ROOT, allowed: '1', core: 1, threads: { 300: [4, 0.1] }, ...worker },
});
const START: Machine = {
  cores: [
    { user: 60, idle: 40 },
    { user: 60, idle: 40 },
  ],
  processes: ours(),
};

/** Machine a second later: the server ran for 0.3 s, the load worker all the time. */
function later(cores: readonly [Core, Core], processes: Readonly<Record<number, Process>> = {}): Machine {
  const ran = ours({ threads: { 200: [2.2, 0.5], 201: [1.1, 0] } }, { threads: { 300: [5, 0.1] } });
  return { cores, processes: { ...ran, ...processes } };
}

/** Core by its number. */
function coreIn({ cores = [] }: Contention, number: string): CoreUsage {
  const found = cores.find(({ cores }) => cores === number);
  return found ?? expect.fail(`core ${number} is not among ${cores.map(({ cores }) => cores).join()}`);
}

const BUSY: Core = { user: 61, idle: 40 };

describe('cores and what others took of them', () => {
  test('a core that only ours used has nothing for others', () => {
    const found = watched(START, later([{ user: 60.3, idle: 40.7 }, BUSY]));
    expect(found.cores).toEqual([
      expect.objectContaining({ cores: '0', roles: ['server'], seconds: 1, othersSeconds: 0, stolenSeconds: 0 }),
      expect.objectContaining({ cores: '1', roles: ['generator'], othersSeconds: 0, waitSeconds: 0 }),
    ]);
    expect(coreIn(found, '0').ownSeconds).toBeCloseTo(0.3, 9);
    expect(found.notMeasured).toEqual([]);
  });

  test('a loop on the server’s core is told from the server, by its name, and not put down to the other core', () => {
    const loop: Process = { name: 'loop', parent: 60, cpu: 5, core: 0, allowed: '0' };
    const before = { ...START, processes: { ...START.processes, 900: loop } };
    const found = watched(before, later([BUSY, BUSY], { 900: { ...loop, cpu: 5.7 } }));
    expect(coreIn(found, '0').othersSeconds).toBeCloseTo(0.7 - TICK, 9);
    expect(coreIn(found, '0').programs).toEqual([{ name: 'loop', processes: [900], seconds: expect.closeTo(0.7, 9) }]);
    expect(coreIn(found, '1')).toMatchObject({ othersSeconds: 0 });
    expect(coreIn(found, '1')).not.toHaveProperty('programs');
  });

  test('programs of one name count together, and one that moves between cores by where it was seen', () => {
    const all = { 900: 0.2, 901: 0.25, 902: 0.6, 903: 0.1 };
    const processes = (part: number): Record<number, Process> => ({
      900: { name: 'loop', cpu: 1 + part * all[900] },
      901: { name: 'loop', cpu: 1 + part * all[901] },
      902: { name: 'mover', cpu: 1 + part * all[902], core: part },
      903: { name: 'away', cpu: 1 + part * all[903], core: 1 },
    });
    const before = { ...START, processes: { ...START.processes, ...processes(0) } };
    const { programs = [] } = coreIn(watched(before, later([BUSY, BUSY], processes(1))), '0');
    expect(programs.map(({ name, processes }) => [name, processes])).toEqual([
      ['loop', [901, 900]],
      ['mover', [902]],
    ]);
  });

  test('a program is called by its file where that is shown, never by its arguments', () => {
    const loop = (cpu: number): Process => ({ name: 'MainThread', cpu, file: '/opt/secret place/backup (deleted)' });
    const before = { ...START, processes: { ...START.processes, 900: loop(1) } };
    expect(coreIn(watched(before, later([BUSY, BUSY], { 900: loop(1.7) })), '0').programs?.[0]?.name).toBe('backup');
    // Some write their arguments, or brackets, into the name that the kernel keeps.
    const titled = (cpu: number): Process => ({ name: 'npm) R 5 --tok', cpu });
    const other = { ...START, processes: { ...START.processes, 900: titled(1) } };
    expect(coreIn(watched(other, later([BUSY, BUSY], { 900: titled(1.7) })), '0').programs?.[0]?.name).toBe('npm)');
  });

  test('one that began meanwhile counts whole, also under the id of an ended one', () => {
    const old: Process = { name: 'old', cpu: 30, started: 3 };
    const before = { ...START, processes: { ...START.processes, 900: old } };
    const { programs } = coreIn(
      watched(before, later([BUSY, BUSY], { 900: { name: 'new', cpu: 0.6, started: 9 } })),
      '0',
    );
    expect(programs).toEqual([{ name: 'new', processes: [900], seconds: expect.closeTo(0.6, 9) }]);
  });

  test('one that ended meanwhile has what its parent was told; of many short ones their parent is named', () => {
    const shell = (children: number): Process => ({ name: 'sh', children, core: 1 });
    const before = {
      ...START,
      processes: { ...START.processes, 890: shell(1), 900: { name: 'loop', parent: 890, cpu: 5 } },
    };
    const ended = coreIn(watched(before, later([BUSY, BUSY], { 890: shell(6.4) })), '0');
    expect(ended.programs).toEqual([{ name: 'loop', processes: [900], seconds: expect.closeTo(0.4, 9) }]);

    const make = (children: number): Process => ({ name: 'make', children });
    const building = { ...START, processes: { ...START.processes, 890: make(1) } };
    const built = coreIn(watched(building, later([BUSY, BUSY], { 890: make(1.6) })), '0');
    expect(built.programs).toEqual([{ name: 'make', processes: [890], seconds: expect.closeTo(0.6, 9) }]);
  });

  test('what no process shows is still others’', () => {
    const hidden = coreIn(watched(START, later([BUSY, BUSY])), '0');
    expect(hidden.othersSeconds).toBeCloseTo(0.7 - TICK, 9);
    expect(hidden).not.toHaveProperty('programs');
  });

  test('stolen time and time spent waiting for a disk are not others’', () => {
    const found = coreIn(watched(START, later([{ user: 60.3, idle: 40.2, iowait: 0.2, steal: 0.3 }, BUSY])), '0');
    expect(found.othersSeconds).toBeCloseTo(0, 9);
    expect(found.stolenSeconds).toBeCloseTo(0.3, 9);
  });
});

describe('interrupts, which our own traffic causes', () => {
  test('count in the time of the program that they interrupt, unless the kernel counts them apart', () => {
    // Without counting apart, no hard interrupt is ever seen, and soft ones are within the server’s 0.3 s.
    const within = coreIn(watched(START, later([{ user: 60.1, softirq: 0.2, idle: 40.7 }, BUSY])), '0');
    expect(within.othersSeconds).toBeCloseTo(0, 9);
    expect(within.interruptSeconds).toBeCloseTo(0.2, 9);

    const start = { ...START, cores: [{ user: 55, idle: 40, irq: 5 }, START.cores[1]!] };
    const apart = coreIn(watched(start, later([{ user: 55.3, irq: 5.1, softirq: 0.2, idle: 40.4 }, BUSY])), '0');
    expect(apart.othersSeconds).toBeCloseTo(0, 9);
    expect(apart.interruptSeconds).toBeCloseTo(0.3, 9);
  });

  test('also where a thread of the kernel does the work', () => {
    const thread = (cpu: number): Process => ({
      name: 'ksoftirqd/0',
      parent: 2,
      allowed: '0',
      threads: { 15: [cpu, 0] },
    });
    const before = { ...START, processes: { ...START.processes, 15: thread(3) } };
    const found = coreIn(watched(before, later([{ user: 60.7, idle: 40.3 }, BUSY], { 15: thread(3.4) })), '0');
    expect(found.othersSeconds).toBeCloseTo(0, 9);
  });
});

describe('processes of ours', () => {
  test('are the command, its helpers and all that a server’s command started, where each may run', () => {
    const helper = (cpu: number): Process => ({ parent: ROOT, threads: { 400: [cpu, 0] } });
    const child = (cpu: number): Process => ({ parent: 200, allowed: '0', threads: { 500: [cpu, 0] } });
    const before = { ...START, processes: { ...START.processes, 400: helper(1), 500: child(1) } };
    const after = later([BUSY, BUSY], { 400: helper(1.2), 500: child(1.5) });
    const found = watched(before, after);
    expect(coreIn(found, '0')).toMatchObject({ othersSeconds: expect.closeTo(0, 9), ownSeconds: expect.closeTo(1, 9) });
    // The helper may have been on this core too.
    expect(coreIn(found, '1').ownSeconds).toBeCloseTo(1.2, 9);
  });

  test('that left the tree are found by their mark', () => {
    const left = (cpu: number): Process => ({ allowed: '0', threads: { 700: [cpu, 0] }, environment: 'A=1\0MARK=x\0' });
    const before = { ...START, processes: { ...START.processes, 700: left(1) } };
    const after = later([BUSY, BUSY], { 700: left(1.7) });
    expect(coreIn(watched(before, after), '0').othersSeconds).toBeCloseTo(0.7 - TICK, 9);
    const marked = watched(before, after, [{ ...SERVER, marker: 'MARK=x' }, WORKER]);
    expect(coreIn(marked, '0').othersSeconds).toBeCloseTo(0, 9);
  });

  test('that ended are in the time of the one that started them, and threads that ended in that of their process', () => {
    const child: Process = { parent: 200, allowed: '0', cpu: 2 };
    const before = { ...START, processes: { ...START.processes, 500: child } };
    const after = later([BUSY, BUSY]);
    const waited = { ...after, processes: { ...after.processes, 200: { ...after.processes[200], children: 2.7 } } };
    expect(coreIn(watched(before, waited), '0').othersSeconds).toBeCloseTo(0, 9);

    const fewer: Process = { parent: ROOT, allowed: '0', cpu: 1, threads: { 200: [2.2, 0.5] } };
    const ended = { ...after, processes: { ...after.processes, 200: fewer } };
    expect(coreIn(watched(START, ended), '0').othersSeconds).toBeCloseTo(0, 9);
  });

  test('that bind themselves elsewhere are on the cores that they chose', () => {
    const before = { ...START, processes: ours({ allowed: '1' }) };
    const after = later([{ user: 60, idle: 41 }, BUSY]);
    const moved = { ...after, processes: { ...after.processes, 200: { ...after.processes[200], allowed: '1' } } };
    const { cores = [] } = watched(before, moved);
    expect(cores.map(({ cores, roles }) => [cores, roles])).toEqual([['1', ['server', 'generator']]]);
  });
});

test('a machine with one core tells what is not ours, and that ours wait for each other is no fault', () => {
  const alone = { allowed: '0', core: 0 };
  const before = { cores: [{ user: 60, idle: 40 }], processes: ours(alone, alone) };
  const ran = ours(
    { ...alone, threads: { 200: [2.2, 0.9], 201: [1.1, 0] } },
    { ...alone, threads: { 300: [4.3, 0.5] } },
  );
  const { cores = [] } = watched(before, { cores: [BUSY], processes: ran });
  expect(cores).toEqual([
    expect.objectContaining({
      cores: '0',
      roles: ['server', 'generator'],
      ownSeconds: expect.closeTo(0.6, 9),
      othersSeconds: expect.closeTo(0.4 - TICK, 9),
      // Each waited for 0.4 s; meanwhile the server ran for 0.3 s, and threads of ours besides its first for 0.4 s.
      waitSeconds: expect.closeTo(0.1, 9),
    }),
  ]);
});

describe('waits', () => {
  const waiting = (wait: number): Machine => {
    const after = later([BUSY, BUSY]);
    const server = { parent: ROOT, allowed: '0', threads: { 200: [2.2, 0.5 + wait], 201: [1.1, 0] } } as const;
    return { ...after, processes: { ...after.processes, 200: server } };
  };

  test('are those of the thread that waited longest, without what threads of ours may have caused', () => {
    const found = watched(START, waiting(0.4));
    expect(found.waits).toEqual([expect.closeTo(0.4, 9), 0]);
    // Another thread of the server ran for 0.1 s.
    expect(coreIn(found, '0').waitSeconds).toBeCloseTo(0.3, 9);
  });

  test('for ours alone are no fault: nothing else ran', () => {
    const { cores: _, processes } = waiting(0.4);
    const found = watched(START, { cores: [{ user: 60.3, idle: 40.7 }, BUSY], processes });
    expect(found.waits[0]).toBeCloseTo(0.4, 9);
    expect(coreIn(found, '0').waitSeconds).toBe(0);
  });

  test('count where nothing is bound to a core, as far as others ran', () => {
    const free = { allowed: '0-1' };
    const before = { ...START, processes: ours(free, free) };
    const ran = ours({ ...free, threads: { 200: [2.2, 0.9], 201: [1.1, 0] } }, { ...free, threads: { 300: [5, 0.1] } });
    const { cores = [] } = watched(before, { cores: [BUSY, BUSY], processes: ran });
    expect(cores).toEqual([
      expect.objectContaining({
        cores: '0-1',
        roles: ['server', 'generator'],
        othersSeconds: expect.closeTo(0.7 - 2 * TICK, 9),
        waitSeconds: expect.closeTo(0.4, 9),
      }),
    ]);
  });
});

describe('what the system does not tell is not measured, and never zero', () => {
  const withoutThreads = (machine: Machine): Machine => ({
    ...machine,
    processes: Object.fromEntries(Object.entries(machine.processes).map(([pid, { threads: _, ...one }]) => [pid, one])),
  });

  test('no waits where the kernel has no schedstat, though the ticks still tell ours from others', () => {
    const before = withoutThreads({ ...START, processes: ours({ cpu: 1 }, { cpu: 1 }) });
    const after = withoutThreads({ cores: [BUSY, BUSY], processes: ours({ cpu: 1.3 }, { cpu: 2 }) });
    const found = watched(before, after);
    expect(found.waits).toEqual([undefined, undefined]);
    expect(coreIn(found, '0').othersSeconds).toBeCloseTo(0.7 - TICK, 9);
    expect(coreIn(found, '0')).not.toHaveProperty('waitSeconds');
    expect(found.notMeasured).toEqual([
      { path: 'processes.waitSeconds', reason: expect.stringContaining('schedstat') },
    ]);
  });

  test.each<[string, readonly Core[]]>([
    ['no /proc/stat', []],
    ['a core that it does not list', [BUSY]],
    ['times that stand still, as some containers show them', START.cores],
  ])('no cores with %s', (_, cores) => {
    const found = watched(START, { ...later([BUSY, BUSY]), cores });
    expect(found).not.toHaveProperty('cores');
    expect(found.notMeasured.map(({ path }) => path)).toEqual(['cores']);
  });

  test('nothing at all where there is no /proc', () => {
    const end = watchCores([SERVER, WORKER], { proc: join(folder, 'none'), root: ROOT, now: () => 1 });
    expect(end()).toEqual({
      waits: [undefined, undefined],
      notMeasured: [
        { path: 'cores', reason: expect.stringContaining('this system does not tell') },
        { path: 'processes.waitSeconds', reason: expect.any(String) },
      ],
    });
  });
});

describe('trials that run at the same time', () => {
  /** Server of another trial, a child of the run; it ran for so long while the trial's own waited. */
  const sibling = (run: number): Process => ({ parent: ROOT, allowed: '0', threads: { 400: [3 + run, 0] } });
  const before: Machine = { ...START, processes: { ...START.processes, 400: sibling(0) } };
  const waiting = (seconds: number): Process => ({
    parent: ROOT,
    allowed: '0',
    threads: { 200: [2.2, 0.5 + seconds], 201: [1.1, 0] },
  });
  const CROWDED: Core = { user: 60.5, idle: 40.5 };
  const seen = (after: Readonly<Record<number, Process>>, core = CROWDED, first = before) =>
    coreIn(watched(first, later([core, BUSY], after), [SERVER, WORKER], 1, true), '0');

  test('are no other programs, and a wait behind them is theirs', () => {
    const found = seen({ 200: waiting(0.04), 400: sibling(0.2) });
    expect(found).toMatchObject({ othersSeconds: 0, waitSeconds: 0 });
    expect(found.ownSeconds).toBeCloseTo(0.5, 9);
    expect(found.besideSeconds).toBeCloseTo(0.2, 9);
    expect(found.besideWaitSeconds).toBeCloseTo(0.04, 9);
  });

  test('no wait is put down to them that is longer than they ran', () => {
    expect(seen({ 200: waiting(0.3), 400: sibling(0.05) }).besideWaitSeconds).toBeCloseTo(0.05, 9);
  });

  test('one that begins or ends meanwhile counts too', () => {
    const begun = seen({ 400: { ...sibling(0), threads: { 400: [0.2, 0] } } }, CROWDED, START);
    expect(begun).toMatchObject({ othersSeconds: 0 });
    expect(begun.besideSeconds).toBeCloseTo(0.2, 9);
    // One that has ended has left its time to the command, which waited for it.
    const running = { ...before.processes, 400: { ...sibling(0), cpu: 3 } };
    const root: Process = { parent: 50, threads: { [ROOT]: [1, 0] }, children: 3.2 };
    const ended = seen({ [ROOT]: root }, CROWDED, { ...before, processes: running });
    expect(ended).toMatchObject({ othersSeconds: 0 });
    expect(ended.besideSeconds).toBeCloseTo(0.2, 9);
  });

  test('other programs are seen beside them, and what they certainly caused is not put down to them', () => {
    const loop: Process = { name: 'loop', parent: 60, cpu: 5, core: 0, allowed: '0' };
    const first = { ...before, processes: { ...before.processes, 900: loop } };
    const found = seen({ 200: waiting(0.7), 400: sibling(0.2), 900: { ...loop, cpu: 5.5 } }, BUSY, first);
    expect(found.othersSeconds).toBeCloseTo(0.5 - TICK, 9);
    expect(found.programs?.map(({ name }) => name)).toEqual(['loop']);
    // Its other thread ran for 0.1 s, and the other trial for 0.2 s.
    expect(found.waitSeconds).toBeCloseTo(0.4, 9);
    expect(found.besideWaitSeconds).toBeCloseTo(0.2, 9);
  });

  test('a trial that runs alone has no such figures', () => {
    const found = coreIn(watched(before, later([CROWDED, BUSY], { 400: sibling(0.2) })), '0');
    expect(found).not.toHaveProperty('besideSeconds');
    expect(found).not.toHaveProperty('besideWaitSeconds');
  });
});
