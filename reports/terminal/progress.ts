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
  const say = ({ done, total, part }: Progress, elapsedSeconds: number, what: string): void =>
    terminal.write(`[${done}/${total}] ${inWords(part)}  ${clock(elapsedSeconds)}  ${what}\n`);
  return {
    show(progress) {
      clearInterval(heartbeat);
      const { ended, current, elapsedSeconds } = progress;
      if (ended !== undefined) say(progress, elapsedSeconds, `${ended.name}  ${ended.state}  ${ended.detail}`);
      if (current === undefined) return;
      let beats = 0;
      heartbeat = setInterval(() => {
        beats++;
        say(progress, elapsedSeconds + (beats * HEARTBEAT_MS) / 1e3, `${current}  still measuring`);
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
  let drawn = 0;
  return {
    show(progress) {
      const { ended } = progress;
      if (ended !== undefined) {
        // A state other than success is printed in words too.
        const icon = ICONS[ended.state] ?? '·';
        const state = icon === '✓' ? [] : [ended.state];
        recent.push((name) => [` ${icon} ${name(ended.name)}`, ...state, ended.detail].join('  '));
        if (recent.length > MAX_RECENT) recent.shift();
        // The next trial begins at once and redraws the block.
        if (progress.done < progress.total) return;
      }
      const width = terminal.width();
      const room = Math.floor(width * MAX_NAME_SHARE);
      const name: Name = (one) => {
        const labelled = label(one);
        return pad(cutMiddle(labelled.trimEnd(), room), Math.min(columnsOf(labelled), room));
      };
      const lines = [headline(progress), bar(progress, terminal), ...recent.map((line) => line(name))];
      if (progress.current !== undefined) lines.push(` ▸ ${name(progress.current)}  measuring`);
      const up = drawn === 0 ? '' : `\x1b[${drawn}A`;
      const text = lines.map((line) => `\r\x1b[2K${cut(line, width - 1)}\n`).join('');
      terminal.write(`${BEGIN}${up}${text}\x1b[J${END}`);
      drawn = lines.length;
    },
    end() {
      drawn = 0;
    },
  };
}

const whole = (name: string): string => name;

/** Maximum share of a line for a name, so that details have room beside it. */
const MAX_NAME_SHARE = 0.55;

const inWords = ({ name, number, of }: Progress['part']): string => `${name} ${number}/${of}`;

function headline({ done, total, part, elapsedSeconds, remainingSeconds }: Progress): string {
  const left = done < total ? ` · about ${clock(remainingSeconds)} left` : '';
  return `trial ${Math.min(done + 1, total)}/${total} · ${inWords(part)} · ${clock(elapsedSeconds)}${left}`;
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
