import { list } from '../../../reports/model/format.ts';
import { type Entry, listing } from '../../../reports/terminal/listing.ts';
import { hanging } from '../../../reports/terminal/text.ts';
import { type Check, examine } from '../../checks/doctor/checks.ts';
import { readMachine } from '../../checks/doctor/readings.ts';
import { defineCommand } from '../command.ts';
import { EXIT, refuseIf } from '../exit.ts';
import { toggle } from '../flags.ts';

const ICONS: Readonly<Record<Check['state'], string>> = { ok: '✓', note: '!', unfit: '✕' };

/** Checks if this machine is fit to measure on, and prints a remedy for each problem. */
export const command = defineCommand({
  name: 'doctor',
  description: 'say whether this machine is fit to measure on',
  flags: {
    json: toggle('print one JSON document'),
    strict: toggle('exit with 15 if something would spoil the numbers'),
  },
  async run({ json, strict }, { problems, io }) {
    refuseIf(problems);
    const checks = examine(await readMachine());
    if (json) io.out(`${JSON.stringify({ checks }, null, 2)}\n`);
    else {
      const lines = listing(checks.flatMap(linesOf), io.width(), { indent: ' ' });
      io.out(`${[...lines, '', ...hanging(inShort(checks), io.width())].join('\n')}\n`);
    }
    return strict && checks.some(({ state }) => state === 'unfit') ? EXIT.unfit : EXIT.done;
  },
});

function inShort(checks: readonly Check[]): string {
  const unfit = checks.filter(({ state }) => state === 'unfit').map(({ name }) => name);
  return unfit.length === 0
    ? 'This machine is fit to measure on.'
    : `This machine is not fit to measure on: ${list(unfit, 'and')}. Its numbers would be wrong.`;
}

function linesOf({ name, state, observed, fix }: Check): Entry[] {
  return [[`${ICONS[state]} ${name}`, observed], ...(fix === '' ? [] : [['', `→ ${fix}`] as const])];
}
