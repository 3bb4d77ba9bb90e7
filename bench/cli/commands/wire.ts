import { wireRows } from '../../../reports/analysis/figures/wire.ts';
import type { WireWay } from '../../../reports/model/model.ts';
import { wireReport } from '../../../reports/terminal/wire-table.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { type RunFlags, runCommand } from './run.ts';

/** `run` has these too; what is left out here has no meaning for messages that are sent one at a time. */
export type WireFlags = Pick<RunFlags, 'transports' | 'size' | 'trials' | 'link' | 'out' | 'json' | 'yes'>;

/**
 * Scenario `wire` by itself: a known number of messages, one at a time, and their bytes beside what the formulas say. Exits
 * with 13 where the sockets carried anything else.
 */
export async function wireCommand(
  flags: WireFlags,
  unknown: readonly string[],
  context: { io: Io; interrupted: AbortSignal },
): Promise<ExitCode> {
  let differs = false;
  const code = await runCommand({ trials: '1', ...flags, scenarios: 'wire' }, unknown, context, (results, _, io) => {
    const rows = wireRows(results);
    differs = rows.some(({ up, down }) => [up, down].some(isOff));
    const stopped = results.state === 'interrupted' ? ['Interrupted: not everything was measured.', ''] : [];
    return [...stopped, ...wireReport(rows, { width: io.width() })].join('\n');
  });
  return code === EXIT.done && differs ? EXIT.invalid : code;
}

/** Of the link's bytes: what may cross besides messages and acknowledgements, such as a keep-alive. */
const MOST_OFF_ON_LINK = 0.02;

/** What has no formula differs from nothing. Datagrams are known on the link alone. */
function isOff(way: WireWay | null): boolean {
  if (way?.socket === null) return Math.abs(way.link?.share ?? 0) > MOST_OFF_ON_LINK;
  const difference = way?.socket.difference ?? null;
  return difference !== null && difference !== 0;
}
