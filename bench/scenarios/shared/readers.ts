import { READERS } from '../../results/dimensions.ts';
import type { Reader } from '../../results/values.ts';
import type { PlannedCase } from '../shape.ts';

/** Share of the subscribers that become slow. */
const SHARE = 0.1;

/** Network of a slow reader's line: 25 kB a second in each direction. */
export const SLOW_LINE = 'down=200kbit+up=200kbit';

/** Number of subscribers that become slow, of all sessions of a case. */
export const readersAmong = (clients: number): number => Math.max(1, Math.round(clients * SHARE));

type Planned = Pick<PlannedCase, 'dimensions' | 'scenario'>;

/** Kind of the slow readers of a case; undefined if it has none. */
export const readerOf = ({ dimensions = {}, scenario }: Planned): Reader | undefined =>
  scenario.kind.uses.readers === true ? (READERS.find((one) => one === dimensions.reader) ?? 'stopped') : undefined;

/** Readers whose lines are made slow. */
export const SLOW_READER: Reader = 'slow';

/** True if the lines of some readers of a case are made slow, which a relay does. */
export const hasSlowLines = (planned: Planned): boolean => readerOf(planned) === SLOW_READER;
