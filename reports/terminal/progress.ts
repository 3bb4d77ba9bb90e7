import { columnsOf, cut, cutMiddle, pad } from './text.ts';

/** State that a progress display shows. The caller derives it from a run's events. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Unit into which trials are grouped, such as `block 3/7`. */
  readonly part: { readonly name: string; readonly number: number; readonly of: number };
  readonly elapsedSeconds: number;
  readonly remainingSeconds: number;
  /** Case being measured; undefined between trials and at the end. */
  readonly current: string | undefined;
  /** Cases that are measured at the same time as it. Absent: none. */
  readonly others?: readonly string[];
  /** Words for what happens to that case; absent: it is measured. */
  readonly activity?: string;
  /** Trial, or group of trials, that has just ended. */
  readonly ended?: { readonly name: string; readonly state: string; readonly detail: string };
}

export interface ProgressDisplay {
  show(progress: Progress): void;
  /** Leaves the cursor below what was shown. */
  end(): void;
}

export interface Terminal {
  readonly interactive: boolean;
  readonly colour: boolean;
  width(): number;
  /** Rows of the terminal; Infinity if it does not say. */
  height(): number;
  write(text: string): void;
}

const ICONS: Readonly<Record<string, string>> = {
  valid: '✓',
  suspect: '!',
  invalid: '✕',
  failed: '✕',
  // States of verdicts whose correctness is known.
  right: '✓',
  mistaken: '✕',
  missed: '✕',
};
const MAX_RECENT = 8;
/** Start of synchronised output: terminals that support it draw the block at once, others ignore the code. */
const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';

/**
 * Creates a progress display. On a terminal it is a block of at most eleven lines, redrawn when a trial begins or ends and left alone
 * during a measurement. Elsewhere it is one plain line per trial, and one every half-minute while none ends.
 *
 * @param label shortens a name for the block to what distinguishes it from the others
 */
export function progressDisplay(terminal: Terminal, label: (name: string) => string = whole): ProgressDisplay {
  return terminal.interactive ? blockDisplay(terminal, label) : lineDisplay(terminal);
}

/** True if a person reads the stream at a terminal. Some build services claim to be terminals. */
export function isInteractive(isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): boolean {
  return isTerminal && !isBuildService(environment) && environment.TERM !== 'dumb';
}

/** True if $CI is set and does not say no, as `CI=false` does. */
const isBuildService = ({ CI = '' }: Readonly<Record<string, string | undefined>>): boolean =>
  !['', '0', 'false', 'no'].includes(CI.toLowerCase());

/** Maximum silence of a log: some build services end jobs that print nothing for long. */
const HEARTBEAT_MS = 30_000;

function lineDisplay(terminal: Terminal): ProgressDisplay {
  let heartbeat: NodeJS.Timeout | undefined;
  let announced: string | undefined;
  /** State that the heartbeat tells of. */
  let latest: Progress | undefined;
  const say = ({ done, total, part }: Progress, elapsedSeconds: number, what: string): void =>
    terminal.write(`[${done}/${total}] ${inWords(part)}  ${clock(elapsedSeconds)}  ${what}\n`);
  return {
    show(progress) {
      const { ended, current, activity, elapsedSeconds } = progress;
      if (ended !== undefined) say(progress, elapsedSeconds, `${ended.name}  ${ended.state}  ${ended.detail}`);
      // An activity goes on, so its first line is enough.
      if (activity !== undefined && announced === undefined) say(progress, elapsedSeconds, `${current}  ${activity}`);
      announced = activity;
      const goesOn = ended === undefined && latest !== undefined && latest.current === current;
      latest = progress;
      // Otherwise news of a trial that follow each other quickly would keep it silent.
      if (goesOn && current !== undefined) return;
      clearInterval(heartbeat);
      if (current === undefined) return;
      let beats = 0;
      heartbeat = setInterval(() => {
        beats++;
        const { others = [], activity: doing = 'measuring' } = latest ?? progress;
        const all = others.length === 0 ? current : `${current} and ${others.length} more`;
        say(progress, elapsedSeconds + (beats * HEARTBEAT_MS) / 1e3, `${all}  still ${doing}`);
      }, HEARTBEAT_MS);
      // The measurement keeps the process alive, not this timer.
      heartbeat.unref();
    },
    end() {
      clearInterval(heartbeat);
    },
  };
}

/** Shortens a name to the room there is. */
type Name = (name: string) => string;

function blockDisplay(terminal: Terminal, label: (name: string) => string): ProgressDisplay {
  const recent: ((name: Name) => string)[] = [];
  /** Columns of each line that stands in the terminal. */
  let drawn: readonly number[] = [];
  /** State that is drawn with the next trial, or at the end. */
  let pending: Progress | undefined;
  const draw = (progress: Progress): void => {
    pending = undefined;
    const width = terminal.width();
    const room = Math.floor(width * MAX_NAME_SHARE);
    const name: Name = (one) => {
      const labelled = label(one);
      return pad(cutMiddle(labelled.trimEnd(), room), Math.min(columnsOf(labelled), room));
    };
    const { current, activity = 'measuring', others = [] } = progress;
    const running = (one: string): string[] =>
      others.length === 0
        ? [` ▸ ${name(one)}  ${activity}`]
        : [
            ` ▸ ${activity} ${others.length + 1} at the same time`,
            ...packed(
              [one, ...others].map((each) => label(each).trimEnd()),
              width - 1,
            ),
          ];
    const lines = fitted(
      {
        head: [headline(progress), bar(progress, terminal)],
        recent: recent.map((line) => line(name)),
        current: current === undefined ? [] : running(current),
      },
      terminal.height(),
    ).map((line) => cut(line, width - 1));
    const up = rowsAbove(drawn, terminal);
    const text = lines.map((line) => `\r\x1b[2K${line}`).join('\n');
    terminal.write(`${BEGIN}${up === 0 ? '' : `\x1b[${up}A`}${text}\x1b[J${END}`);
    drawn = lines.map(columnsOf);
  };
  return {
    show(progress) {
      const { ended } = progress;
      if (ended !== undefined) {
        // A state other than success is printed in words too.
        const icon = ICONS[ended.state] ?? '·';
        const state = icon === '✓' ? [] : [ended.state];
        recent.push((name) => [` ${icon} ${name(ended.name)}`, ...state, ended.detail].join('  '));
        if (recent.length > MAX_RECENT) recent.shift();
        // The next trial begins at once and redraws the block, unless others go on without one.
        pending = progress;
        if (progress.done < progress.total && progress.current === undefined) return;
      }
      draw(progress);
    },
    end() {
      if (pending !== undefined) draw(pending);
      if (drawn.length > 0) terminal.write('\n');
      drawn = [];
    },
  };
}

/** Maximum number of lines of names that are measured at the same time. */
const MAX_PACKED_LINES = 2;
const INDENT = '   ';

/** Writes names one after another into few lines, and the number of those for which there is no room. */
function packed(names: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [at, name] of names.entries()) {
    const left = names.length - at - 1;
    const isLast = lines.length === MAX_PACKED_LINES - 1;
    const more = isLast && left > 0 ? `, and ${left} more` : '';
    const longer = line === '' ? `${INDENT}${name}` : `${line}, ${name}`;
    // A name that alone is too long for a line is cut where the line is drawn.
    if (columnsOf(longer + more) <= width || line === '') {
      line = longer;
      continue;
    }
    lines.push(isLast ? `${line}, and ${left + 1} more` : `${line},`);
    if (isLast) return lines;
    line = `${INDENT}${name}`;
  }
  return [...lines, line];
}

/** Rows from the first line of a block to the cursor at its end: a terminal that has become narrower breaks lines in several. */
function rowsAbove(drawn: readonly number[], terminal: Terminal): number {
  const width = Math.max(1, terminal.width());
  const rows = drawn.reduce((sum, columns) => sum + Math.max(1, Math.ceil(columns / width)), 0);
  return Math.max(0, Math.min(rows, terminal.height()) - 1);
}

interface BlockLines {
  readonly head: readonly string[];
  readonly recent: readonly string[];
  readonly current: readonly string[];
}

/** Lines that a low terminal has room for; a taller block would push its own lines out of sight each time it is drawn. */
function fitted({ head, recent, current }: BlockLines, height: number): string[] {
  const room = Math.max(1, height);
  const kept = [...head.slice(0, Math.max(1, room - current.length)), ...current].slice(0, room);
  const space = room - kept.length;
  return [...kept.slice(0, head.length), ...(space === 0 ? [] : recent.slice(-space)), ...kept.slice(head.length)];
}

const whole = (name: string): string => name;

/** Maximum share of a line for a name, so that details have room beside it. */
const MAX_NAME_SHARE = 0.55;

const inWords = ({ name, number, of }: Progress['part']): string => `${name} ${number}/${of}`;

function headline({ done, total, part, elapsedSeconds, remainingSeconds, others = [] }: Progress): string {
  const first = Math.min(done + 1, total);
  const last = Math.min(done + 1 + others.length, total);
  const which = last > first ? `trials ${first}–${last}` : `trial ${first}`;
  const left = done < total ? ` · about ${clock(remainingSeconds)} left` : '';
  return `${which}/${total} · ${inWords(part)} · ${clock(elapsedSeconds)}${left}`;
}

function bar({ done, total }: Progress, { width }: Terminal): string {
  const cells = Math.max(10, Math.min(60, width() - 8));
  const full = Math.round((done / total) * cells);
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)} ${String(Math.floor((done / total) * 100)).padStart(3)} %`;
}

function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
