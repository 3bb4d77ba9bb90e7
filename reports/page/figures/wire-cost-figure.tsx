import type { Case } from '../../../bench/results/schema.ts';
import {
  both,
  isUnsplit,
  namesOf,
  setupInMessages,
  type WireCost,
  wireCosts,
} from '../../analysis/figures/wire-cost.ts';
import { layerSentence } from '../../analysis/sentences.ts';
import { change, figures } from '../../model/format.ts';
import type { Group } from '../../model/model.ts';
import { type BarRow, PortionBars } from '../charts/portion-bars.tsx';
import { Figure, Heads, Name } from '../parts/parts.tsx';
import { bytesNote, bytesTakeaway } from './captions.ts';

type Props = { readonly id: string; readonly cases: readonly Case[]; readonly group: Group };

/** Bytes of a delivered message, each way by kind, and separately what a session costs before its first message. */
export function WireCostFigure({ id, cases, group }: Props) {
  const costs = wireCosts(cases, group);
  const takeaway = [bytesTakeaway(group), setupTakeaway(costs)].filter(Boolean).join(' ');
  return (
    <Figure
      id={id}
      title="Bytes per message"
      takeaway={takeaway}
      note={`${bytesNote(group)} ↑ client to server, ↓ server to client.${unsplitNote(costs)}`}
      data={<CostData costs={costs} perMessage />}
    >
      {costs.length === 0 ? (
        <p className="empty">Nothing to draw.</p>
      ) : (
        <PortionBars
          rows={costs.map((cost) => barOf(cost, isMixed(costs), [figures(cost.setup.up), figures(cost.setup.down)]))}
          label={takeaway}
          axis="bytes per delivered message"
          asideTitle="set-up, B/session"
          hasPayload
        />
      )}
    </Figure>
  );
}

/** Bytes of silent sessions: heartbeats, and what acknowledges them. */
export function IdleCostFigure({ id, cases, group }: Props) {
  const costs = wireCosts(cases, group);
  const takeaway = idleTakeaway(costs, group);
  if (costs.length === 0) return null;
  return (
    <Figure
      id={id}
      title="Idle cost on the wire"
      takeaway={takeaway}
      note={`Bytes of an open session that sends nothing, scaled up to an hour from a window of whole heartbeats; ${layerSentence(group.layer)}. ↑ client to server, ↓ server to client.${unsplitNote(costs)}`}
      data={<CostData costs={costs} perMessage={false} />}
    >
      <PortionBars
        rows={costs.map((cost) =>
          barOf(cost, isMixed(costs), [cost.packets === null ? '' : figures(cost.packets), '']),
        )}
        label={takeaway}
        axis="bytes per session and hour"
        asideTitle={costs.some(({ packets }) => packets !== null) ? 'packets/h, ↑ and ↓' : ''}
        hasPayload={false}
      />
    </Figure>
  );
}

/** Bar of one transport. A dagger marks undivided bytes, but only beside bars that are divided: if none is, the note on the layer says so. */
const barOf = (cost: WireCost, marked: boolean, aside: BarRow['aside']): BarRow => ({
  key: cost.caseId,
  name: cost.name,
  mark: marked && isUnsplit(cost) ? ' †' : '',
  up: cost.up,
  down: cost.down,
  aside,
});

const isMixed = (costs: readonly WireCost[]): boolean => costs.some((cost) => !isUnsplit(cost));

const unsplitNote = (costs: readonly WireCost[]): string =>
  isMixed(costs) && costs.some(isUnsplit)
    ? ' †: datagrams; their framing cannot be told from the headers below it, so both count as framing.'
    : '';

function setupTakeaway(costs: readonly WireCost[]): string {
  const choices = costs
    .filter(({ floor }) => !floor)
    .map((cost) => ({ name: cost.name, bytes: cost.setup.up + cost.setup.down, messages: setupInMessages(cost) }))
    .toSorted((a, b) => a.bytes - b.bytes);
  const least = choices.at(0);
  const most = choices.at(-1);
  if (least === undefined || most === undefined || !(most.bytes > 0)) return '';
  const spent = ({ name, bytes, messages }: (typeof choices)[number]) =>
    `${figures(bytes)} B (${name}${messages === null ? '' : `, as much as ${figures(messages, 2)} of its messages`})`;
  if (least === most) return `Setting up a session costs ${spent(least)}.`;
  return `Setting up a session costs from ${spent(least)} to ${spent(most)}.`;
}

function idleTakeaway(costs: readonly WireCost[], { question: { clients } }: Group): string {
  const choices = costs.filter(({ floor }) => !floor).toSorted((a, b) => both(a) - both(b));
  const silent = choices.filter((cost) => both(cost) === 0);
  const loudest = choices.at(-1);
  if (loudest === undefined) return 'No choice was measured.';
  if (both(loudest) === 0) return 'No idle session sent anything: there was no heartbeat in this window.';
  const rate = (both(loudest) * clients * 8) / 3600;
  const most = `${loudest.name} spends the most, ${figures(both(loudest))} B per session and hour: ${figures(rate / 1000)} kbit/s for all ${figures(clients)} sessions`;
  if (silent.length > 0) return `${namesOf(silent)} ${silent.length === 1 ? 'is' : 'are'} silent; ${most}.`;
  const [least] = choices;
  if (least === undefined || least === loudest) return `${most}.`;
  return `${least.name} spends the least, ${figures(both(least))} B per session and hour; ${most} (${change(both(loudest) / both(least))}).`;
}

type DataProps = { readonly costs: readonly WireCost[]; readonly perMessage: boolean };

function CostData({ costs, perMessage }: DataProps) {
  const split = isMixed(costs);
  const parts = [
    ...(perMessage ? ['Payload'] : []),
    split ? 'Framing' : 'Overhead',
    ...(split ? ['TCP/IP'] : []),
    'Total',
  ];
  return (
    <table className="sums">
      <caption>
        {perMessage ? 'Bytes per delivered message' : 'Bytes per session and hour'}, medians over the valid trials
      </caption>
      <thead>
        <tr>
          <th scope="col">Transport</th>
          <th scope="col">Way</th>
          <Heads of={[...parts, 'Set-up B/session', ...(perMessage ? ['Set-up, in messages'] : ['Packets'])]} />
        </tr>
      </thead>
      <tbody>
        {costs.flatMap((cost) =>
          (['up', 'down'] as const).map((way) => {
            const { payload, framing, headers, total } = cost[way];
            const messages = setupInMessages(cost);
            return (
              <tr key={`${cost.caseId} ${way}`}>
                <th scope="row">
                  <Name>{cost.name}</Name>
                </th>
                <td>{way}</td>
                {perMessage ? <td>{figures(payload, 4)}</td> : null}
                <td>{figures(framing, 4)}</td>
                {split ? <td>{headers === null ? '—' : figures(headers, 4)}</td> : null}
                <td>{figures(total, 4)}</td>
                <td>{figures(cost.setup[way], 4)}</td>
                {way === 'up' ? (
                  <td rowSpan={2}>
                    {perMessage
                      ? messages === null
                        ? '—'
                        : figures(messages)
                      : cost.packets === null
                        ? '—'
                        : figures(cost.packets)}
                  </td>
                ) : null}
              </tr>
            );
          }),
        )}
      </tbody>
    </table>
  );
}
