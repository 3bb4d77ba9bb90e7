import { type TextCell, type TextColumn, table } from '../../../reports/terminal/table.ts';
import { wrap } from '../../../reports/terminal/text.ts';
import type { NetworkCheck } from '../../checks/doctor/networks.ts';
import type { FoundDirection } from '../../networks/self-test/judge.ts';
import { expectedRtt } from '../../networks/self-test/judge.ts';

const MS = 1e3;
const MBIT = 1e6;

const plain = (text: string): TextCell => ({ text, paint: (painted) => painted });
const ms = (seconds: number | undefined): string => (seconds === undefined ? '–' : (seconds * MS).toFixed(1));
const percent = (share: number): string => `${Number((share * 100).toPrecision(2))}%`;
const lost = ({ sent, lost: count }: FoundDirection): string => percent(sent === 0 ? 0 : count / sent);
const rate = (found: number | null, asked: number | null): string =>
  asked === null ? '–' : `${((found ?? 0) / MBIT).toPrecision(3)} of ${Number((asked / MBIT).toPrecision(4))}`;

const column = (
  checks: readonly NetworkCheck[],
  header: string,
  cell: (check: NetworkCheck) => string,
  drop?: number,
): TextColumn => ({
  header,
  cells: checks.map((check) => plain(cell(check))),
  align: 'right',
  ...(drop === undefined ? {} : { drop }),
});

const names = (checks: readonly NetworkCheck[]): TextColumn => ({
  header: 'network',
  cells: checks.map(({ network, problems }) => plain(`${problems.length === 0 ? '✓' : '✕'} ${network.id}`)),
  align: 'left',
});

/** Tables of what networks did to packets, beside what they should do, and the problems below. */
export function networkTable(checks: readonly NetworkCheck[], width: number): string[] {
  const columns = [
    names(checks),
    column(checks, 'ms asked', ({ network }) => ms(expectedRtt(network))),
    column(checks, 'p50', ({ found }) => ms(found.rtt?.p50)),
    column(checks, 'p99', ({ found }) => ms(found.rtt?.p99), 3),
    column(checks, 'loss asked', ({ network }) => percent(network.lossShare), 4),
    column(checks, 'up', ({ found }) => lost(found.up), 5),
    column(checks, 'down', ({ found }) => lost(found.down), 5),
    column(checks, 'relay ms', ({ found }) => ms(found.relayLagP99 ?? undefined), 6),
  ];
  const limited = checks.filter(
    ({ network }) => network.upBitsPerSecond !== null || network.downBitsPerSecond !== null,
  );
  const rates = [
    names(limited),
    column(limited, 'Mbit/s up', ({ network, found }) => rate(found.up.bitsPerSecond, network.upBitsPerSecond)),
    column(
      limited,
      'Mbit/s down',
      ({ network, found }) => rate(found.down.bitsPerSecond, network.downBitsPerSecond),
      1,
    ),
  ];
  const off = checks.flatMap(({ network, problems }) =>
    problems.length === 0 ? [] : wrap(`✕ ${network.id}: ${problems.join('; ')}.`, width, '  ', ''),
  );
  return [
    ...table(columns, width, (text) => text),
    '',
    ...wrap(
      'ms, p50, p99: round trip of a small packet. loss: share of packets lost in each direction. relay ms: lateness of the relay, p99.',
      width,
    ),
    ...(limited.length === 0
      ? []
      : [
          '',
          ...table(rates, width, (text) => text),
          '',
          ...wrap('Mbit/s: rate found while more was sent than the line carries, of the rate asked.', width),
        ]),
    ...(off.length === 0 ? [] : ['', ...off]),
  ];
}
