import { columnsOf, cut, cutMiddle, pad } from './text.ts';

/** What the progress display shows. The caller turns a run's events into it. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** What trials are taken together in: `block 3/7`. */
  readonly part: { readonly name: string; readonly number: number; readonly of: number };
  readonly elapsedSeconds: number;
  readonly remainingSeconds: number;
  /** The case being measured, or none between trials and at the end. */
  readonly current: string | undefined;
  /** What just ended: a trial, or what several of them were for. */
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
  // Of verdicts whose truth is known.
  right: '✓',
  mistaken: '✕',
  missed: '✕',
};
const RECENT = 8;
/** Synchronised output: a terminal that knows it shows the block whole, others ignore it. */
const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';

/**
 * On a terminal, a block of at most eleven lines that is drawn anew when a trial begins or ends, and is left alone while one is
 * measured; elsewhere one plain line a trial, and one every half-minute while none ends.
 *
 * @param label what of a name tells it from the others: a block has no room for all of it
 */
export function progressDisplay(terminal: Terminal, label: (name: string) => string = whole): ProgressDisplay {
  return terminal.interactive ? blockDisplay(terminal, label) : lineDisplay(terminal);
}

/** Whether a stream's reader is a person at a terminal: some build services claim to be terminals. */
export function isInteractive(isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): boolean {
  return isTerminal && !environment.CI && environment.TERM !== 'dumb';
}

/** Longest silence of a log: some build services end what says nothing for long. */
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
      // What is measured keeps the process, not what is said of it.
      heartbeat.unref();
    },
    end() {
      clearInterval(heartbeat);
    },
  };
}

/** A name as there is room for it. */
type Name = (name: string) => string;

function blockDisplay(terminal: Terminal, label: (name: string) => string): ProgressDisplay {
  const recent: ((name: Name) => string)[] = [];
  let drawn = 0;
  return {
    show(progress) {
      const { ended } = progress;
      if (ended !== undefined) {
        // The mark says of most that all is well; what is not is said in words too.
        const icon = ICONS[ended.state] ?? '·';
        const state = icon === '✓' ? [] : [ended.state];
        recent.push((name) => [` ${icon} ${name(ended.name)}`, ...state, ended.detail].join('  '));
        if (recent.length > RECENT) recent.shift();
        // The next trial begins at once, and draws.
        if (progress.done < progress.total) return;
      }
      const width = terminal.width();
      const room = Math.floor(width * MAX_OF_NAME);
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

/** Of a line, so that what is said of a trial has room beside its name. */
const MAX_OF_NAME = 0.55;

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
