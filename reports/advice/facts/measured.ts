import type { Capabilities } from '../../../bench/results/schema.ts';
import { figures, list } from '../../model/format.ts';
import type { Group, Row } from '../../model/model.ts';
import type { NeedId } from '../questions/needs.ts';
import { ELSEWHERE, type Fact } from './shape.ts';
import type { Source } from './sources.ts';

/** Source of what a run says itself. */
export const MEASURED: Source = { clause: 'measured in this run', url: 'docs/methodology.md' };

type Asked = {
  readonly flag: string;
  readonly groups: readonly Group[];
  readonly resume: Capabilities['resume'];
  /** Fact by the specifications. */
  readonly specified: Fact;
};

const measured = (value: Fact['value'], note: string): Fact => ({ value, note, source: MEASURED, tag: 'measured' });

/** Facts that a run may measure; undefined where it did not. */
const READERS: Partial<Readonly<Record<NeedId, (asked: Asked) => Fact | undefined>>> = {
  replay: replayed,
  quiet: asleep,
  watchers: undisturbed,
};

/** Fact that the run measured, in the place of what specifications say; undefined where it measured nothing of it. */
export const measuredFact = (need: NeedId, asked: Asked): Fact | undefined => READERS[need]?.(asked);

/** Fewest trials that show whether messages are lost; a radio’s time follows from its heartbeats, in a single long trial. */
const MIN_FAULTS = 3;
const MIN_RADIO = 1;

/** Row of a transport in a group, as the harness reconnects it, with enough valid trials. */
const managedIn = ({ rows }: Group, flag: string, fewest: number): Row | undefined =>
  rows.find((row) => row.flag === flag && row.name === flag && row.validTrials >= fewest);

/** Tells whether sessions that reconnected after a fault received what they had missed. */
function replayed({ flag, groups, resume, specified }: Asked): Fact | undefined {
  const seen = groups.flatMap((group) => {
    const cells = managedIn(group, flag, MIN_FAULTS)?.cells;
    if (cells === undefined || cells.missed.state !== 'shown' || cells.reconnectionP50.state !== 'shown') return [];
    return [{ where: group.title, lost: Math.max(...cells.missed.values.map(({ value }) => value)) }];
  });
  const losing = seen.filter(({ lost }) => lost > 0);
  const most = figures(Math.max(...losing.map(({ lost }) => lost)), 2);
  const placesOf = (those: typeof seen): string =>
    list(
      those.map(({ where }) => `“${where}”`),
      'and',
    );
  if (seen.length === 0) return undefined;
  if (losing.length === 0) {
    return resume === 'log'
      ? measured(
          'depends',
          `the application keeps its messages and a client sends the number of its last one, as here: nothing was lost in ${placesOf(seen)}`,
        )
      : measured('yes', `nothing was lost in ${placesOf(seen)}`);
  }
  if (losing.length < seen.length) {
    return measured(
      'depends',
      `sessions end otherwise than in ${placesOf(losing)}, where up to ${most} messages a session were lost`,
    );
  }
  // Another form of the transport may well do it.
  if (specified.value === ELSEWHERE) return undefined;
  return measured('no', `up to ${most} messages a session were lost in ${placesOf(losing)}`);
}

/** Shares of an hour up to which a radio is almost free, and from which on it hardly ever sleeps. */
const ASLEEP = 0.1;
const AWAKE = 0.9;

export const isAsleep = (secondsPerHour: number): boolean => secondsPerHour <= ASLEEP * 3600;
export const isAwake = (secondsPerHour: number): boolean => secondsPerHour >= AWAKE * 3600;

/** Time for which a radio is awake, in words. */
export const radioText = (secondsPerHour: number): string =>
  `a phone’s radio awake for ${figures(secondsPerHour)} s of each hour`;

/** Tells for how long a silent session keeps a phone's radio awake. */
function asleep({ flag, groups }: Asked): Fact | undefined {
  const awake = groups.flatMap((group) => {
    const cell = managedIn(group, flag, MIN_RADIO)?.cells.radioAwake;
    return cell?.state === 'shown' ? [cell.median] : [];
  });
  if (awake.length === 0) return undefined;
  const seconds = Math.max(...awake);
  const text = radioText(seconds);
  if (isAsleep(seconds)) return measured('yes', `it keeps ${text}`);
  return isAwake(seconds) ? measured('no', `it keeps ${text}`) : measured('depends', `${text} is acceptable`);
}

/** Growth of the others' p99 up to which slow readers do not disturb them, and from which on they do whatever the use. */
const UNDISTURBED = 1.25;
const DISTURBED = 2;

export const isUndisturbed = (ratio: number): boolean => ratio <= UNDISTURBED;

/** Tells what becomes of the other clients' latency while some read too slowly. */
function undisturbed({ flag, groups }: Asked): Fact | undefined {
  const ratios = groups.flatMap((group) => {
    const cell = managedIn(group, flag, MIN_FAULTS)?.cells.othersRatio;
    return cell?.state === 'shown' ? [cell.median] : [];
  });
  if (ratios.length === 0) return undefined;
  const most = Math.max(...ratios);
  const text = `the others’ p99 is ${figures(most, 2)} times as long while some readers are slow`;
  if (isUndisturbed(most)) return measured('yes', text);
  return most > DISTURBED ? measured('no', text) : measured('depends', `it is acceptable that ${text}`);
}
