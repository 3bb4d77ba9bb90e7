import type { WireWay } from '../../reports/analysis/model.ts';
import { wireRows } from '../../reports/analysis/wire.ts';
import { wireReport } from '../../reports/terminal/wire-table.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { type RunFlags, runCommand } from './run.ts';

/** `run` has these too; what is left out here has no meaning for messages that are sent one at a time. */
export type WireFlags = Pick<RunFlags, 'transports' | 'size' | 'trials' | 'link' | 'out' | 'json'>;

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
    return wireReport(rows, { width: io.width() }).join('\n');
  });
  return code === EXIT.done && differs ? EXIT.invalid : code;
}

/** What has no formula differs from nothing. */
function isOff(way: WireWay | null): boolean {
  const difference = way?.socket.difference ?? null;
  return difference !== null && difference !== 0;
}
