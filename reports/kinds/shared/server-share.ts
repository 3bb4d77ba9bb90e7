import { median } from '../../../bench/results/numbers.ts';
import { share } from '../../model/format.ts';
import type { MeasuredView, Row } from '../../model/model.ts';

/** Share of one core from which on a server's CPU counts as used up. */
const USED_UP = 0.9;

/** Share of one core that the server used in a trial; null where its CPU time is not known. */
export const serverShareOf = ({ values: { cpu }, messages, seconds }: MeasuredView): number | null =>
  cpu.shown && seconds > 0 ? (cpu.value * messages.delivered) / seconds : null;

/** Share of one core that a server used, median over its valid trials, if it left some unused; else null. */
export function unusedUp({ trials }: Pick<Row, 'trials'>): number | null {
  const shares = trials.flatMap((trial) => (trial.state === 'valid' ? (serverShareOf(trial) ?? []) : []));
  const typical = shares.length === 0 ? null : median(shares);
  return typical !== null && typical < USED_UP ? typical : null;
}

/** Clause such as `its server used 43 % of a core`; null if it used a core up, or its CPU time is not known. */
export function unusedText(row: Pick<Row, 'trials'>): string | null {
  const used = unusedUp(row);
  return used === null ? null : `its server used ${share(used)} of a core`;
}
