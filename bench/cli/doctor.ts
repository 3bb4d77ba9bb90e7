import { type Check, examine } from '../doctor/checks.ts';
import { readMachine } from '../doctor/readings.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';

const ICONS: Readonly<Record<Check['state'], string>> = { ok: '✓', note: '!', unfit: '✕' };

/** Says whether this machine is fit to measure on, and what to do where it is not. */
export async function doctorCommand({ json, strict }: { json: boolean; strict: boolean }, io: Io): Promise<ExitCode> {
  const checks = examine(await readMachine());
  if (json) io.out(`${JSON.stringify({ checks }, null, 2)}\n`);
  else io.out(`${checks.map(lineOf).join('\n')}\n`);
  return strict && checks.some(({ state }) => state === 'unfit') ? EXIT.unfit : EXIT.done;
}

function lineOf({ name, state, observed, fix }: Check): string {
  const line = ` ${ICONS[state]} ${name.padEnd(18)}  ${observed}`;
  return fix === '' ? line : `${line}\n${' '.repeat(23)}→ ${fix}`;
}
