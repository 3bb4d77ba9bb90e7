import { labelsOf, nameOf } from '../../../bench/results/case.ts';
import { whyNotMeasured } from '../../../bench/results/not-measured.ts';
import { median } from '../../../bench/results/numbers.ts';
import type { Case, MeasuredTrial, Results } from '../../../bench/results/schema.ts';
import { isJudged } from '../../kinds/lookup.ts';
import { DATAGRAMS_NOT_COUNTED } from '../../kinds/shared/measuring.ts';
import { countOf, signed, signedShare } from '../../model/format.ts';
import { describe } from '../../model/group.ts';
import type { Beside, WireRow, WireWay } from '../../model/model.ts';

/** Rows of the cases that are checked against formulas, in the results' order. */
export function wireRows(results: Results): WireRow[] {
  return results.cases.filter((one) => !isJudged(one)).map((one) => wireRow(results, one));
}

function wireRow(results: Results, one: Case): WireRow {
  const valid = one.trials.filter((trial) => trial.state === 'valid');
  const exchanged = valid.filter((trial) => exchangesOf(trial) > 0);
  const measured = exchanged.filter((trial) => whyNotMeasured(trial, COUNTED) === undefined);
  const counted = measured.filter(({ wire }) => wire.layer === 'link' || wire.datagrams === undefined);
  const theories = counted.flatMap(({ theory }) => theory ?? []);
  const ways = (read: (trial: MeasuredTrial) => Counted): WireWay | null =>
    counted.length === 0 ? null : wayOf(counted.map(read));
  const nothing =
    one.trials.length === 0
      ? 'no trial was run'
      : valid.length === 0
        ? `none of ${countOf(one.trials.length, 'trial')} is valid`
        : exchanged.length === 0
          ? 'no message was exchanged'
          : (exchanged.map((trial) => whyNotMeasured(trial, COUNTED)).find((why) => why !== undefined) ??
            DATAGRAMS_NOT_COUNTED);
  return {
    ...describe(results, one),
    caseId: one.id,
    name: nameOf(one),
    size: one.size,
    encoding: one.encoding,
    particulars: labelsOf(one, ({ comparable }) => !comparable).join(', '),
    trials: counted.length,
    exchanges: counted.length === 0 ? 0 : median(counted.map(exchangesOf)),
    up: ways(countedOn('up')),
    down: ways(countedOn('down')),
    reason: counted.length === 0 ? nothing : theories.length < counted.length ? 'no formula' : null,
    source: theories[0]?.source ?? null,
  };
}

const COUNTED = ['wire.up', 'wire.down', 'theory'];

/** Bytes and packets of a trial in one direction. */
type Counted = {
  readonly exchanges: number;
  readonly socket: number | undefined;
  readonly socketTheory: number | undefined;
  readonly link: number | undefined;
  readonly packets: number | undefined;
  readonly segments: number | undefined;
  readonly packetBytes: number | undefined;
  readonly acknowledgementBytes: number;
};

/** Number of exchanges; without a formula, the number of echoes that came back. */
const exchangesOf = ({ theory, messages }: MeasuredTrial): number => theory?.exchanges ?? messages.delivered;

const COUNTS = {
  up: { packets: 'packetsUp', segments: 'segmentsUp' },
  down: { packets: 'packetsDown', segments: 'segmentsDown' },
} as const;

const countedOn =
  (way: 'up' | 'down') =>
  (trial: MeasuredTrial): Counted => {
    const { wire, theory } = trial;
    const { packets, segments } = COUNTS[way];
    return {
      exchanges: exchangesOf(trial),
      socket: wire.layer === 'link' ? wire.socket?.[way] : wire[way],
      socketTheory: theory?.[way],
      link: wire.layer === 'link' ? wire[way] : undefined,
      packets: wire[packets],
      segments: theory?.[segments],
      packetBytes: theory?.packetBytes,
      acknowledgementBytes: theory?.acknowledgementBytes ?? 0,
    };
  };

function wayOf(trials: readonly Counted[]): WireWay {
  const each = (read: (trial: Counted) => number | undefined): number | null => {
    const found = trials.map((trial) => (read(trial) ?? Number.NaN) / trial.exchanges);
    return found.every(Number.isFinite) ? median(found) : null;
  };
  const socket = each((trial) => trial.socket);
  const link = each((trial) => trial.link);
  const packets = each((trial) => trial.packets);
  const segments = each((trial) => trial.segments);
  return {
    socket:
      socket === null
        ? null
        : beside(
            each((trial) => trial.socketTheory),
            socket,
          ),
    link:
      link === null || packets === null
        ? null
        : {
            ...beside(each(linkTheory), link),
            packets: { counted: packets, forData: segments, more: segments === null ? null : packets - segments },
          },
  };
}

/**
 * Bytes on the link by formula, with headers for the counted packets: the number of separate acknowledgements is decided by the
 * kernel, or for datagrams by the library, and cannot be predicted.
 */
const linkTheory = ({
  socketTheory,
  packetBytes,
  packets,
  segments = 0,
  acknowledgementBytes,
}: Counted): number | undefined =>
  socketTheory === undefined || packetBytes === undefined || packets === undefined
    ? undefined
    : socketTheory + packetBytes * packets + acknowledgementBytes * (packets - segments);

function beside(theory: number | null, measured: number): Beside {
  if (theory === null) return { theory, measured, difference: null, share: null };
  const difference = measured - theory;
  return { theory, measured, difference, share: theory === 0 ? null : difference / theory };
}

/** Smallest difference in bytes that counts: half a byte in a thousand messages. */
const EXACT = 0.0005;

/** Summary of the table. */
export function wireTakeaway(rows: readonly WireRow[]): string {
  const sides = rows.flatMap(({ name, size, up, down }) =>
    [up, down].flatMap((way, index) => {
      const { difference = null, share = null } = way?.socket ?? {};
      return difference === null ? [] : [{ name, size, difference, share, way: index === 0 ? 'up' : 'down' }];
    }),
  );
  const off = sides
    .filter(({ difference }) => Math.abs(difference) >= EXACT)
    .toSorted((a, b) => Math.abs(b.share ?? b.difference) - Math.abs(a.share ?? a.difference));
  const [furthest] = off;
  const datagrams = datagramsTakeaway(rows);
  if (sides.length === 0) return datagrams || 'No measured message has a formula.';
  if (furthest === undefined)
    return [`At the sockets, all ${sides.length} figures match the formulas exactly.`, datagrams]
      .filter(Boolean)
      .join(' ');
  const { name, size, way, difference, share } = furthest;
  return [
    `At the sockets, ${sides.length - off.length} of ${sides.length} figures match the formulas exactly.`,
    `Largest difference: ${name} ${way} at ${size} B, by ${signed(difference)} B${share === null ? '' : ` (${signedShare(share)})`}.`,
    datagrams,
  ]
    .filter(Boolean)
    .join(' ');
}

/** Summary of datagrams, which are counted only on the link. */
function datagramsTakeaway(rows: readonly WireRow[]): string {
  const shares = rows.flatMap(({ up, down }) =>
    [up, down].flatMap((way) => (way?.socket === null && way.link?.share != null ? [Math.abs(way.link.share)] : [])),
  );
  if (shares.length === 0) return '';
  return `Datagrams are counted only on the link; their ${countOf(shares.length, 'figure')} ${shares.length === 1 ? 'is' : 'are'} within ${signedShare(Math.max(...shares)).replace('+', '')} of the formulas.`;
}

/** `ws`, or `ws (binary)` if its case has unusual dimensions. */
export const particularName = ({ name, particulars }: Pick<WireRow, 'name' | 'particulars'>): string =>
  particulars === '' ? name : `${name} (${particulars})`;
