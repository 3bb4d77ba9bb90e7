import { list } from '../../../reports/model/format.ts';
import { type Entry, listing } from '../../../reports/terminal/listing.ts';
import { hanging } from '../../../reports/terminal/text.ts';
import { readBrowser } from '../../checks/doctor/browser.ts';
import { type Check, examine } from '../../checks/doctor/checks.ts';
import { checkNetworks, testedNetworks, whyNoNetworks } from '../../checks/doctor/networks.ts';
import { readMachine } from '../../checks/doctor/readings.ts';
import { readRuntimes } from '../../checks/doctor/runtimes.ts';
import { rootsIn } from '../../run/machine/roots.ts';
import { testSeconds } from '../../run/network/network-test.ts';
import { variablesFor } from '../../run/variables.ts';
import { defineCommand } from '../command.ts';
import { approximately } from '../eta.ts';
import { EXIT, type ExitCode, refuseIf } from '../exit.ts';
import { toggle } from '../flags.ts';
import type { Io } from '../io.ts';
import { printPlan } from '../plan-output.ts';
import { networkTable } from './doctor-networks.ts';

const SEED = 1;

const ICONS: Readonly<Record<Check['state'], string>> = { ok: '✓', note: '!', unfit: '✕' };

/** Checks if this machine is fit to measure on, and prints a remedy for each problem. */
export const command = defineCommand({
  name: 'doctor',
  description: 'say whether this machine is fit to measure on',
  flags: {
    json: toggle('print one JSON document'),
    networks: toggle(
      'send packets through three plain delays and every named network, and compare what arrives with what they should do (2 min)',
    ),
    plan: toggle('with --networks: print the networks and how long it would take, then stop'),
    strict: toggle('exit with 15 if something would spoil the numbers'),
  },
  graceful: true,
  async run({ json, networks, plan, strict }, { problems, io, interrupted }) {
    if (plan && !networks) problems.push('--plan is used with --networks: add it, or leave --plan out');
    refuseIf(problems);
    if (plan) return printNetworksPlan(json, io);
    if (networks) return examineNetworks({ json, strict }, io, interrupted);
    const machine = await readMachine({ variables: variablesFor(io.environment), roots: rootsIn(io.environment) });
    const checks = examine({
      ...machine,
      networks: await whyNoNetworks(interrupted),
      browser: await readBrowser(io.environment, interrupted),
      runtimes: readRuntimes(io.environment),
    });
    if (json) io.out(`${JSON.stringify({ checks }, null, 2)}\n`);
    else {
      const lines = listing(checks.flatMap(linesOf), io.width(), { indent: ' ' });
      io.out(`${[...lines, '', ...hanging(inShort(checks), io.width())].join('\n')}\n`);
    }
    return strict && checks.some(({ state }) => state === 'unfit') ? EXIT.unfit : EXIT.done;
  },
});

/** Prints the networks that would be tested. */
function printNetworksPlan(json: boolean, io: Io): ExitCode {
  const steps = testedNetworks().map((network) => ({ name: network.id, seconds: testSeconds(network) }));
  const total = steps.reduce((sum, { seconds }) => sum + seconds, 0);
  const text = `Sends packets through ${steps.length} networks: ${approximately(total)}.\n`;
  return printPlan({ command: 'doctor', text, steps, settings: { seed: SEED }, json }, io);
}

/** Sends packets through the networks and prints what they do. */
async function examineNetworks(
  { json, strict }: { json: boolean; strict: boolean },
  io: Io,
  signal: AbortSignal,
): Promise<ExitCode> {
  const progress = (name: string): void => io.info(`  ${name}\n`);
  const outcome = await checkNetworks(testedNetworks(), { seed: SEED, signal, progress });
  if (json) io.out(`${JSON.stringify(outcome, null, 2)}\n`);
  else if ('checks' in outcome) io.out(`${networkTable(outcome.checks, io.width()).join('\n')}\n`);
  else io.out(`${hanging(`✕ Networks cannot be made here: ${outcome.unavailable}`, io.width()).join('\n')}\n`);
  const isOff = 'unavailable' in outcome || outcome.checks.some(({ problems }) => problems.length > 0);
  return strict && isOff ? EXIT.unfit : EXIT.done;
}

function inShort(checks: readonly Check[]): string {
  const unfit = checks.filter(({ state }) => state === 'unfit').map(({ name }) => name);
  return unfit.length === 0
    ? 'This machine is fit to measure on.'
    : `This machine is not fit to measure on: ${list(unfit, 'and')}. Its numbers would be wrong.`;
}

function linesOf({ name, state, observed, fix }: Check): Entry[] {
  return [[`${ICONS[state]} ${name}`, observed], ...(fix === '' ? [] : [['', `→ ${fix}`] as const])];
}
