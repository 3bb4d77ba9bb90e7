import { command } from '../../../bench/results/command.ts';
import { changesNode, changesRuntime } from '../../../bench/results/machine/variables.ts';
import type { Environment } from '../../../bench/results/schema.ts';
import { timeText } from '../../../bench/results/time.ts';
import { countOf, list } from '../../model/format.ts';

/** Sentences for the first screen about surroundings that concern every figure of a run; none in the usual case. */
export const cautionsOf = ({ linkReason, variables, lab }: Environment): string[] => [
  ...(lab === undefined ? [] : [labCaution(lab)]),
  ...(linkReason === undefined ? [] : [linkFallback(linkReason)]),
  ...(variables === undefined ? [] : [...keptCaution(variables.kept), ...serverCaution(variables.server)]),
];

/** Says what a run that was made in the lab can show. */
export function labCaution({ browser, path, clockResolutionSeconds, cuts }: NonNullable<Environment['lab']>): string {
  const made = path === 'proxy' ? 'a proxy on this machine made the network' : 'the relay made the network';
  const cut = cuts.length === 0 ? '' : ` The path was cut ${countOf(cuts.length, 'time')} meanwhile.`;
  return (
    `Made by hand in the lab: one session of each transport in ${browser}, whose clock has steps of ${timeText(clockResolutionSeconds)}; ${made}.${cut} ` +
    `It shows how transports behave; ${command('npm run bench')} measures which is better.`
  );
}

/** Says what it costs that a run has no private link. @param reason reason why it has none */
export const linkFallback = (reason: string): string =>
  `On the loopback, because there is ${reason}. So bytes are counted at the sockets, without TCP/IP headers, acknowledgements and ` +
  `datagrams, and large messages cost less CPU time than in a network’s packets. ${command('npm run doctor')} says how to get a private link.`;

function keptCaution(kept: readonly { readonly name: string }[]): string[] {
  const names = list(kept.map(({ name }) => name).filter(changesNode), 'and');
  if (names === '') return [];
  return [
    `The measured processes got variables that change how a runtime works (--keep-env): ${names}. Figures are comparable only with runs that got the same.`,
  ];
}

/** Says which variables of the user's environment may have changed the server that `--exec` started. */
export function serverCaution(server: readonly string[] = []): string[] {
  const names = list(server.filter(changesRuntime), 'and');
  return names === ''
    ? []
    : [
        `The server that --exec starts inherits variables that change how a runtime works: ${names}. Unset them to measure it as it is deployed.`,
      ];
}
