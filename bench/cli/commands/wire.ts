import { wireRows } from '../../../reports/analysis/figures/wire.ts';
import type { WireWay } from '../../../reports/model/model.ts';
import { wireReport } from '../../../reports/terminal/wire-table.ts';
import { scenarios } from '../../scenarios/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { toggle } from '../flags.ts';
import { givenOf, settingFlag } from '../setting-flags.ts';
import { TARGET_FLAGS } from '../target.ts';
import { measureAndReport, RUN_FLAGS } from './run.ts';

/** The only scenario that this command runs. */
const SCENARIO = 'wire';
const TRIALS = '1';
const sizes = scenarios.find(({ id }) => id === SCENARIO)?.defaults.sizes ?? [];

/** Runs the scenario `wire` alone: bytes of messages sent one at a time. Exits with 13 if the bytes differ from the formulas. */
export const command = defineCommand({
  name: 'wire',
  description: 'count the bytes of messages sent one at a time, and compare them with the protocols’ formulas',
  flags: {
    transports: settingFlag('transports'),
    url: settingFlag('url'),
    exec: settingFlag('exec'),
    ...TARGET_FLAGS,
    size: settingFlag('size', { usual: sizes.join(', ') }),
    trials: settingFlag('trials', { help: 'trials of each transport and size', usual: TRIALS }),
    link: settingFlag('link', {
      help: 'veth (counts bytes of the link and of the sockets), loopback (only bytes of the sockets), or auto',
    }),
    'keep-going': settingFlag('keep-going'),
    'keep-env': settingFlag('keep-env'),
    out: RUN_FLAGS.out,
    json: toggle('print the results document instead of the table'),
    plan: RUN_FLAGS.plan,
    yes: RUN_FLAGS.yes,
  },
  graceful: true,
  async run(
    { transports, url, exec, size, trials, link, 'keep-env': keep, 'keep-going': onward, ...flags },
    invocation,
  ) {
    const given = givenOf({
      scenarios: { value: SCENARIO, where: '' },
      trials: trials ?? { value: TRIALS, where: '' },
      transports,
      url,
      exec,
      size,
      link,
      'keep-going': onward,
      'keep-env': keep,
    });
    let differs = false;
    const unused = { ndjson: false, markdown: false, config: undefined };
    const request = { ...flags, ...unused, name: SCENARIO, given };
    const code = await measureAndReport(request, invocation, async (results, _, io) => {
      const rows = wireRows(results);
      differs = rows.some(({ up, down }) => [up, down].some(isOff));
      const stopped = results.state === 'interrupted' ? ['Interrupted: not everything was measured.', ''] : [];
      return [...stopped, ...wireReport(rows, { width: io.width() })].join('\n');
    });
    return code === EXIT.done && differs ? EXIT.invalid : code;
  },
});

/** Maximum share of the link's bytes that are neither messages nor acknowledgements, such as a keep-alive. */
const MAX_OFF_ON_LINK = 0.02;

/** True if there is a formula and the bytes differ from it. Datagrams are counted only on the link. */
function isOff(way: WireWay | null): boolean {
  if (way?.socket === null) return Math.abs(way.link?.share ?? 0) > MAX_OFF_ON_LINK;
  const difference = way?.socket.difference ?? null;
  return difference !== null && difference !== 0;
}
