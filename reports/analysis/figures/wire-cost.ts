import { whyNotMeasured } from '../../../bench/results/not-measured.ts';
import { median } from '../../../bench/results/numbers.ts';
import type { Case, MeasuredTrial, Wire } from '../../../bench/results/schema.ts';
import { shapeOf } from '../../kinds/lookup.ts';
import { list } from '../../model/format.ts';
import type { Group } from '../../model/model.ts';

/**
 * Bytes of one direction by origin. `framing` is negative if compression made a message smaller than its payload. Without separate
 * counts of link and sockets, `headers` is null and all that is not payload is framing.
 */
export type Portion = {
  readonly payload: number;
  readonly framing: number;
  readonly headers: number | null;
  readonly total: number;
};

/** Bytes of a case per delivered message, or per session and hour if none are sent; medians over its valid trials. */
export type WireCost = {
  readonly caseId: string;
  readonly name: string;
  readonly floor: boolean;
  readonly up: Portion;
  readonly down: Portion;
  /** Bytes per session until it was usable. */
  readonly setup: { readonly up: number; readonly down: number };
  /** Packets in both directions, per session and hour; null without counts of a link, or if messages were sent. */
  readonly packets: number | null;
};

/** Rows of the transports whose bytes are shown, in the group's order; none for kinds without this figure. */
export function wireCosts(all: readonly Case[], { rows, question }: Pick<Group, 'rows' | 'question'>): WireCost[] {
  const basis = shapeOf(question).wireCost;
  if (basis === null) return [];
  const perMessage = basis.per === 'message';
  const cases = new Map(all.map((one) => [one.id, one]));
  return rows.flatMap(({ caseId, name, floor, cells }): WireCost[] => {
    const one = cases.get(caseId);
    if (one === undefined || cells[basis.metric].state === 'not shown') return [];
    const trials = one.trials
      .filter((trial) => trial.state === 'valid')
      .filter(({ wire, messages }) => isCounted(wire) && (!perMessage || messages.delivered > 0))
      .filter((trial) => whyNotMeasured(trial, ['wire.up', 'wire.down']) === undefined);
    if (trials.length === 0) return [];
    const share = perMessage ? perDelivered : perSessionHour(one);
    const each = (read: (trial: MeasuredTrial) => number) => median(trials.map(read));
    const packets = trials.every(({ wire }) => wire.packetsUp !== undefined && wire.packetsDown !== undefined);
    return [
      {
        caseId,
        name,
        floor,
        up: portionOf('up', trials, share, (trial) => one.size * trial.messages.sent),
        down: portionOf('down', trials, share, (trial) => one.size * trial.messages.delivered),
        setup: {
          up: each(({ wire }) => wire.setupUp / one.clients),
          down: each(({ wire }) => wire.setupDown / one.clients),
        },
        packets:
          !perMessage && packets
            ? each((trial) => ((trial.wire.packetsUp ?? 0) + (trial.wire.packetsDown ?? 0)) / share(trial))
            : null,
      },
    ];
  });
}

/** Number by which a trial's bytes are divided. */
type Share = (trial: MeasuredTrial) => number;

const perDelivered: Share = ({ messages }) => messages.delivered;
const perSessionHour =
  ({ clients }: Case): Share =>
  ({ seconds }) =>
    (clients * seconds) / 3600;

/** False for datagrams, which counters at the sockets miss. */
const isCounted = ({ layer, datagrams }: Wire): boolean => layer === 'link' || datagrams === undefined;

function portionOf(
  way: 'up' | 'down',
  trials: readonly MeasuredTrial[],
  share: Share,
  payloadBytes: (trial: MeasuredTrial) => number,
): Portion {
  const each = (read: (trial: MeasuredTrial) => number) => median(trials.map((trial) => read(trial) / share(trial)));
  const payload = each(payloadBytes);
  const total = each(({ wire }) => wire[way]);
  const split = trials.every(({ wire }) => wire.socket !== undefined);
  const socket = split ? each(({ wire }) => wire.socket?.[way] ?? Number.NaN) : total;
  return { payload, framing: socket - payload, headers: split ? total - socket : null, total };
}

export const both = ({ up, down }: Pick<WireCost, 'up' | 'down'>): number => up.total + down.total;

/** Number of messages that cost as many bytes as a session's set-up; null if a message costs none. */
export const setupInMessages = (cost: WireCost): number | null => {
  const message = both(cost);
  return message > 0 ? (cost.setup.up + cost.setup.down) / message : null;
};

/** True if headers and framing were not counted apart, which is marked. */
export const isUnsplit = ({ up }: Pick<WireCost, 'up'>): boolean => up.headers === null;

export const namesOf = (costs: readonly { readonly name: string }[]): string =>
  list(
    costs.map(({ name }) => name),
    'and',
  );
