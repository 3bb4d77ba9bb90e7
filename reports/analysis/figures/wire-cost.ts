import { whyNotMeasured } from '../../../bench/results/not-measured.ts';
import { median } from '../../../bench/results/numbers.ts';
import type { Case, MeasuredTrial, Wire } from '../../../bench/results/schema.ts';
import { shapeOf } from '../../kinds/lookup.ts';
import { list } from '../../model/format.ts';
import type { Group } from '../../model/model.ts';

/**
 * What one way carried, by whose bytes they are. `framing` is negative where compression made a message smaller than its
 * payload. Where the link's bytes cannot be told from the sockets', `headers` is null and all that is not payload is framing.
 */
export type Portion = {
  readonly payload: number;
  readonly framing: number;
  readonly headers: number | null;
  readonly total: number;
};

/** Of one case, medians over its valid trials: bytes per delivered message, or per session and hour where none is sent. */
export type WireCost = {
  readonly caseId: string;
  readonly name: string;
  readonly floor: boolean;
  readonly up: Portion;
  readonly down: Portion;
  /** Until a session was usable, once for each. */
  readonly setup: { readonly up: number; readonly down: number };
  /** Packets of both ways, per session and hour; null where no link was counted or messages were sent. */
  readonly packets: number | null;
};

/** One row a transport whose bytes are shown, in the group's order. Empty of a kind that has no such figure. */
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

/** What a trial's bytes are shared over. */
type Share = (trial: MeasuredTrial) => number;

const perDelivered: Share = ({ messages }) => messages.delivered;
const perSessionHour =
  ({ clients }: Case): Share =>
  ({ seconds }) =>
    (clients * seconds) / 3600;

/** Datagrams pass the sockets uncounted. */
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

/** In how many messages a session's set-up is spent over again; null where a message costs nothing. */
export const setupInMessages = (cost: WireCost): number | null => {
  const message = both(cost);
  return message > 0 ? (cost.setup.up + cost.setup.down) / message : null;
};

/** Whose link bytes cannot be told apart: a mark stands beside them. */
export const isUnsplit = ({ up }: Pick<WireCost, 'up'>): boolean => up.headers === null;

export const namesOf = (costs: readonly { readonly name: string }[]): string =>
  list(
    costs.map(({ name }) => name),
    'and',
  );
