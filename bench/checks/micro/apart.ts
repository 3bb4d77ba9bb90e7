import { fileURLToPath } from 'node:url';
import { Child } from '../../run/child.ts';
import { PATIENCE_SECONDS } from '../../run/processes.ts';
import type { Variables } from '../../run/variables.ts';
import { type MicroRow, type MicroSettings, planMicro } from './measure.ts';
import type { MicroAnswer, MicroOrder } from './protocol.ts';

const file = fileURLToPath(new URL('./process.ts', import.meta.url));
/** Max time of a measurement, as a multiple of what it should take. */
const PATIENCE = 10;

/**
 * Measures encoding and decoding in a process of its own, whose environment is that of the measured processes.
 *
 * @param progress is called with each transport and size before it is measured
 */
export async function measureMicroApart(
  { signal, sizes, transports, secondsPerStep }: MicroSettings,
  { passed }: Pick<Variables, 'passed'>,
  progress: (what: string) => void = () => {},
): Promise<MicroRow[]> {
  await using child = new Child<MicroOrder, MicroAnswer>('the process', file, { core: undefined, variables: passed });
  const rows: MicroRow[] = [];
  for (const size of sizes) {
    for (const transport of transports) {
      const [step] = await planMicro({ transports: [transport], sizes: [size], secondsPerStep });
      if (step === undefined || signal.aborted) continue;
      progress(`${transport}, ${size} bytes`);
      const seconds = PATIENCE_SECONDS + PATIENCE * step.seconds;
      const order = { order: 'measure', transport, size, secondsPerStep } as const;
      const answer = await child.ask(order, 'measured', { seconds, signal }).catch((error: unknown) => {
        if (signal.aborted) return { rows: [] };
        throw error;
      });
      rows.push(...answer.rows);
    }
  }
  return rows;
}
