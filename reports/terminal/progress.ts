import { cut } from './text.ts';

/** What the progress display shows. The caller turns a run's events into it. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly block: number;
  readonly blocks: number;
  readonly elapsedSeconds: number;
  readonly remainingSeconds: number;
  /** The case being measured, or none between trials and at the end. */
  readonly current: string | undefined;
  /** The trial that just ended. */
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

const ICONS: Readonly<Record<string, string>> = { valid: '✓', suspect: '!', invalid: '✕', failed: '✕' };
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
  const say = ({ done, total, block, blocks }: Progress, elapsedSeconds: number, what: string): void =>
    terminal.write(`[${done}/${total}] block ${block}/${blocks}  ${clock(elapsedSeconds)}  ${what}\n`);
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

function blockDisplay(terminal: Terminal, label: (name: string) => string): ProgressDisplay {
  const recent: string[] = [];
  let drawn = 0;
  return {
    show(progress) {
      const { ended } = progress;
      if (ended !== undefined) {
        // The mark says of most that all is well; what is not is said in words too.
        const state = ended.state === 'valid' ? [] : [ended.state];
        recent.push([` ${ICONS[ended.state] ?? '·'} ${label(ended.name)}`, ...state, ended.detail].join('  '));
        if (recent.length > RECENT) recent.shift();
        // The next trial begins at once, and draws.
        if (progress.done < progress.total) return;
      }
      const lines = [headline(progress), bar(progress, terminal), ...recent];
      if (progress.current !== undefined) lines.push(` ▸ ${label(progress.current)}  measuring`);
      const width = terminal.width();
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

function headline({ done, total, block, blocks, elapsedSeconds, remainingSeconds }: Progress): string {
  const left = done < total ? ` · about ${clock(remainingSeconds)} left` : '';
  return `trial ${Math.min(done + 1, total)}/${total} · block ${block}/${blocks} · ${clock(elapsedSeconds)}${left}`;
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
