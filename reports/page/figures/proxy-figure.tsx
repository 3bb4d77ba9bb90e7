import { cpuText } from '../../analysis/figures/costs/proxy-cost.ts';
import { inUnit, list, percentage, ratio, verdictFigures } from '../../model/format.ts';
import type { Group, ProxyCost, StickyOutcome } from '../../model/model.ts';
import { FigureFrame, Heads, Name, Scroll } from '../parts/parts.tsx';

type Props = { readonly id: string; readonly group: Group };

const TITLE = 'What a proxy adds';
const STICKY_TITLE = 'Which transports need stickiness';

/** Figures behind a proxy beside those without one, and the outcome of each stickiness. */
export function ProxyFigure({ id, group: { proxyCosts: costs, stickyOutcomes: outcomes } }: Props) {
  if (costs.length === 0 && outcomes.length === 0) return null;
  return (
    <FigureFrame
      id={id}
      title={costs.length === 0 ? STICKY_TITLE : TITLE}
      takeaway={[
        ...(costs.length === 0 ? [] : [costsTakeaway(costs)]),
        ...(outcomes.length === 0 ? [] : [stickyTakeaway(outcomes)]),
      ].join(' ')}
    >
      {costs.length === 0 ? null : (
        <Scroll label={`Data: ${TITLE}`}>
          <Costs costs={costs} />
        </Scroll>
      )}
      {outcomes.length === 0 ? null : (
        <Scroll label={`Data: ${STICKY_TITLE}`}>
          <Outcomes outcomes={outcomes} />
        </Scroll>
      )}
      <p className="note">
        <strong>How to read this:</strong> everything here was measured in this run. Bytes are those between clients and
        proxy. The proxy has the server’s core, so its own CPU time is a part of what a latency behind it contains.
        Sticky: all requests of a session reach one of several servers.
      </p>
    </FigureFrame>
  );
}

/** Says what the first figure is with and without a proxy, for the transport to which it adds the most. */
function costsTakeaway(costs: readonly ProxyCost[]): string {
  const first = costs.flatMap(({ name, via, figures }) => {
    const [figure] = figures;
    return figure === undefined ? [] : [{ name, via, figure }];
  });
  const most = first.toSorted((a, b) => b.figure.behind / b.figure.alone - a.figure.behind / a.figure.alone)[0];
  if (most === undefined) return 'The same clients with and without a proxy.';
  const { name, via, figure } = most;
  return `Most is added to ${name} via ${via}: ${figure.title} ${inUnit(figure, figure.behind)} instead of ${inUnit(figure, figure.alone)} ${figure.unit}.`;
}

/** Names the transports whose sessions work without stickiness, and those that do not. */
function stickyTakeaway(outcomes: readonly StickyOutcome[]): string {
  const without = outcomes.filter(({ sticky }) => sticky === 'none');
  const named = (works: boolean): string[] => [
    ...new Set(without.filter((one) => one.works === works).map(({ name }) => name)),
  ];
  const [fine, broken] = [named(true), named(false)];
  return [
    ...(broken.length === 0 ? [] : [`${list(broken, 'and')} need${broken.length === 1 ? 's' : ''} stickiness.`]),
    ...(fine.length === 0 ? [] : [`Without it everything arrived with ${list(fine, 'and')}.`]),
  ].join(' ');
}

const Costs = ({ costs }: { readonly costs: readonly ProxyCost[] }) => (
  <table className="sums">
    <caption>Medians over the valid trials without a proxy and behind each, and their ratio with its interval</caption>
    <thead>
      <tr>
        <th scope="col">Figure</th>
        <Heads of={['Without', 'Behind it', 'Ratio']} />
      </tr>
    </thead>
    {costs.map(({ caseId, name, via, figures, cpuSeconds }) => (
      <tbody key={caseId}>
        <tr>
          <th scope="rowgroup" colSpan={4}>
            <Name>{name}</Name> via {via}
          </th>
        </tr>
        {figures.map((one) => (
          <Row
            key={one.id}
            title={one.title}
            cells={[
              `${inUnit(one, one.alone)} ${one.unit}`,
              `${inUnit(one, one.behind)} ${one.unit}`,
              one.alone > 0 ? (verdictFigures(one.verdict) ?? ratio(one.behind / one.alone)) : '—',
            ]}
          />
        ))}
        {cpuSeconds === null ? null : (
          <Row title="the proxy’s own CPU per message" cells={['—', cpuText(cpuSeconds), '—']} />
        )}
      </tbody>
    ))}
  </table>
);

const Row = ({ title, cells: [without, behind, times] }: { title: string; cells: [string, string, string] }) => (
  <tr>
    <th scope="row">{title}</th>
    <td>{without}</td>
    <td>{behind}</td>
    <td>{times}</td>
  </tr>
);

const Outcomes = ({ outcomes }: { readonly outcomes: readonly StickyOutcome[] }) => (
  <table className="sums">
    <caption>Several servers behind a proxy: share of the deliveries that never came, in the worst trial</caption>
    <thead>
      <tr>
        <th scope="col">Transport</th>
        <Heads of={['Proxy', 'Sticky by', 'Servers', 'Missing', 'Clients were told']} />
      </tr>
    </thead>
    <tbody>
      {outcomes.map(({ caseId, name, proxy, sticky, servers, missing, works, reason }) => (
        <tr key={caseId}>
          <th scope="row">
            <Name>{name}</Name>
          </th>
          <td>{proxy}</td>
          <td>{sticky}</td>
          <td>{servers}</td>
          <td>{works ? 'nothing' : `${percentage(missing)} %`}</td>
          <td>{reason ?? '—'}</td>
        </tr>
      ))}
    </tbody>
  </table>
);
