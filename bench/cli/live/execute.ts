import { integer } from '../../../reports/model/format.ts';
import { type Progress, progressDisplay } from '../../../reports/terminal/progress.ts';
import { columnsOf, pad } from '../../../reports/terminal/text.ts';
import { machineLoad } from '../../checks/doctor/readings.ts';
import { commandFor } from '../../plan/options.ts';
import { estimateSeconds, type RunPlan } from '../../plan/plan.ts';
import type { Results } from '../../results/schema.ts';
import { calmWaiter } from '../../run/calm.ts';
import { type Opening, type RunEvent, type RunSettings, run } from '../../run/run.ts';
import type { Context } from '../command.ts';
import { eta } from '../eta.ts';
import type { RunFiles } from '../folder.ts';
import { detailer } from './details.ts';
import { goesOn } from './go-on.ts';

type Settings = Pick<RunSettings, 'resources' | 'checks' | 'micro' | 'band' | 'security' | 'networks'> & {
  readonly files: RunFiles;
  /** Flags of the command that are no settings of the plan. */
  readonly flags: readonly string[];
  readonly yes: boolean;
};

/** Runs the plan and shows its progress; results are written after every trial. */
export async function execute(
  plan: RunPlan,
  { files, flags, yes, ...settings }: Settings,
  context: Context,
  onEvent: (event: RunEvent) => void,
): Promise<Results> {
  const { io, interrupted } = context;
  const display = progressDisplay(io.progress, labels(plan));
  const line = progressOf(plan, io.now);
  // The announcement of an interruption is written below the last progress block.
  const leave = (): void => display.end();
  interrupted.addEventListener('abort', leave);
  let results: Results | undefined;
  const goOn = (spoilt: Results): Promise<boolean> => {
    display.end();
    return goesOn(spoilt, { yes, otherwise: 'Use --keep-going to run the whole plan all the same.' }, context);
  };
  const command = commandFor({ ...plan.options, transports: measuredIn(plan) }, flags);
  const isWatched = settings.resources.roots.proc !== '';
  const calm = isWatched ? { calm: calmWaiter(machineLoad, estimateSeconds(plan)) } : {};
  const onOpening = (opening: Opening): void => {
    const progress = interrupted.aborted ? undefined : line(opening);
    if (progress !== undefined) display.show(progress);
  };
  try {
    for await (const event of run(plan, { command, signal: interrupted, goOn, onOpening, ...calm, ...settings })) {
      onEvent(event);
      if ('results' in event) {
        results = event.results;
        files.save(results, leave);
      }
      const progress = line(event);
      if (progress !== undefined) display.show(progress);
    }
  } finally {
    interrupted.removeEventListener('abort', leave);
    display.end();
  }
  if (results === undefined) throw new Error('the run ended without results');
  return results;
}

/** Transports of a plan without those that are unavailable here, which a command must not name. */
function measuredIn({ options, leftOut }: RunPlan): string[] {
  // A network that is not what it should be takes its own cases alone.
  const absent = leftOut.flatMap(({ kind, name, dimensions }) =>
    kind === 'unavailable' && dimensions === undefined ? [name] : [],
  );
  return options.transports.filter((name) => !absent.includes(name));
}

/** Makes the function that turns a run's events into the state of its progress; undefined for an event that changes nothing there. */
export function progressOf(plan: RunPlan, now: () => number): (event: RunEvent | Opening) => Progress | undefined {
  const planned = plan.blocks.flat().length;
  const pace = eta(planned, estimateSeconds(plan), now);
  const detail = detailer();
  let done = 0;
  let reruns = 0;
  /** Time at which the last trial began. */
  let beganMs = now();
  /** Cases of the trials in progress, in the order of their beginning, by the trials' order. */
  const running = new Map<number, string>();
  const inProgress = (): Pick<Progress, 'current' | 'others'> => {
    const [current, ...others] = running.values();
    return { current, ...(others.length === 0 ? {} : { others }) };
  };
  const progress = (block: number, rest: Pick<Progress, 'current' | 'others' | 'activity' | 'ended'>): Progress => ({
    ...pace(done, planned + reruns),
    part: { name: 'block', number: block + 1, of: plan.blocks.length },
    ...rest,
  });
  return (event) => {
    if (event.event === 'opening') {
      const { remainingSeconds, ...shown } = progress(event.block, inProgress());
      const left = Math.max(0, remainingSeconds - (now() - beganMs) / 1e3);
      return { ...shown, remainingSeconds: left, ...(event.until === null ? {} : { activity: openingText(event) }) };
    }
    if (event.event === 'trial-started') {
      beganMs = now();
      running.set(event.order, event.planned.id);
      return progress(event.block, inProgress());
    }
    if (event.event === 'waiting')
      return progress(event.block, { current: event.planned.id, activity: waitingText(event.busyShare) });
    if (event.event !== 'trial-ended') return undefined;
    done++;
    if (event.again) reruns++;
    const { trial, again } = event;
    running.delete(trial.order);
    const about = detail(event.planned.scenario.kind, trial);
    const ended = {
      name: event.planned.id,
      state: trial.state,
      detail: [
        ...(trial.replaces === undefined ? [] : ['run again']),
        about,
        ...(again ? ['will run again'] : []),
      ].join('  '),
    };
    return progress(trial.block, { ...inProgress(), ended });
  };
}

/** Activity of a trial that opens its sessions up to this number. */
const openingText = ({ until, planned }: Opening): string =>
  `opening sessions, up to ${integer(until ?? 0)} of ${integer(planned.clients)}`;

/** Activity of a trial that waits until other programs use less of the machine than this share. */
export const waitingText = (busyShare: number): string =>
  `waiting for a calm machine: other programs use ${Math.round(busyShare * 100)} % of it`;

/** Shortest labels that distinguish the cases. Each begins with the transport; all are padded to one width. */
function labels({ cases }: RunPlan): (id: string) => string {
  const shown = new Set([0]);
  const short = (id: string): string =>
    id
      .split('/')
      .filter((_, at) => shown.has(at))
      .join(' ');
  const distinct = (): number => new Set(cases.map(({ id }) => short(id))).size;
  const parts = Math.max(...cases.map(({ id }) => id.split('/').length));
  for (let at = 1; distinct() < cases.length && at < parts; at++) {
    const before = distinct();
    shown.add(at);
    if (distinct() === before) shown.delete(at);
  }
  const widest = Math.max(...cases.map(({ id }) => columnsOf(short(id))));
  return (id) => pad(short(id), widest);
}
