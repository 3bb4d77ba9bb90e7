import type { SessionHistory } from '../../load/protocol.ts';
import { median } from '../../results/numbers.ts';
import type { Slow } from '../../results/schema.ts';

type Fate = Slow['fates'][number];

/** Messages with consecutive numbers. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/** Course of a trial, as its readers are judged by. Moments are in nanoseconds on the trial's clock. */
export interface ReaderCourse {
  /** Messages that were sent before the readers became slow, meanwhile and afterwards. */
  readonly before: Range;
  readonly during: Range;
  readonly after: Range;
  readonly slowNs: number;
  /** Moments at which connections of the readers were found ended at the server; empty over UDP. */
  readonly endedNs: readonly number[];
}

const NS = 1e9;

const numbersOf = ({ first, count }: Range): number[] => Array.from({ length: count }, (_, at) => first + at);

const hasArrived = ({ arrivedNs }: SessionHistory, number: number): boolean => (arrivedNs[number] ?? null) !== null;

/** Number of messages that have not arrived at a reader. */
export const missedBy = (history: SessionHistory, { before, during, after }: ReaderCourse): number =>
  [before, during, after].flatMap(numbersOf).filter((number) => !hasArrived(history, number)).length;

const lossOf = ({ events }: SessionHistory) => events.find(({ what }) => what === 'lost');

/** Fate of a reader as far as its history tells it now. */
function fateOf(history: SessionHistory, course: ReaderCourse): Fate['fate'] {
  if (lossOf(history) !== undefined) return 'cut';
  if (missedBy(history, course) === 0) return 'caught up';
  return numbersOf(course.after).some((number) => hasArrived(history, number)) ? 'missed messages' : 'behind';
}

/** True if nothing is to be expected of a reader any more. @param ordered true if no message arrives after a later one of its sender */
export function isSettled(history: SessionHistory, course: ReaderCourse, ordered: boolean): boolean {
  const fate = fateOf(history, course);
  if (fate !== 'missed messages') return fate !== 'behind';
  // Each sender's last message comes behind all that are missing.
  return ordered && numbersOf(course.after).every((number) => hasArrived(history, number));
}

/** Groups the readers by what became of them, in the order of the first of each group. */
export function fatesOf(histories: readonly SessionHistory[], course: ReaderCourse): Fate[] {
  const groups = Map.groupBy(histories, (history) => {
    const loss = lossOf(history);
    return JSON.stringify([fateOf(history, course), loss !== undefined && 'reason' in loss ? loss.reason : null]);
  });
  const cut = histories.filter((history) => fateOf(history, course) === 'cut').length;
  // A stopped reader learns of its end only when it goes on, so the server's side is asked first.
  const ended = course.endedNs.length >= cut ? course.endedNs.slice(0, cut) : undefined;
  return [...groups].map(([key, those]) => {
    const [fate, reason]: [Fate['fate'], string | null] = JSON.parse(key);
    const endedNs = ended ?? those.flatMap((history) => lossOf(history)?.atNs ?? []);
    return {
      fate,
      sessions: those.length,
      seconds: fate === 'cut' ? Math.max(0, (median(endedNs) - course.slowNs) / NS) : null,
      missed: those.reduce((sum, history) => sum + missedBy(history, course), 0),
      ...(reason === null ? {} : { reason }),
    };
  });
}
