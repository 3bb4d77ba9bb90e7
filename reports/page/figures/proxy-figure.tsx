import { cpuText } from '../../analysis/figures/costs/proxy-cost.ts';
import { inUnit, list, percentage, ratio, ratioInterval } from '../../model/format.ts';
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
    <caption>Medians over the valid trials behind each proxy and without one, their ratio, and its interval</caption>
    <thead>
      <tr>
        <th scope="col">Transport</th>
        <Heads of={['Proxy', 'Figure', 'Without', 'Behind it', 'Ratio', 'Interval']} />
      </tr>
    </thead>
    <tbody>
      {costs.flatMap(({ caseId, name, via, figures, cpuSeconds }) => [
        ...figures.map((one) => (
          <tr key={`${caseId} ${one.id}`}>
            <th scope="row">
              <Name>{name}</Name>
            </th>
            <td>{via}</td>
            <td>{one.title}</td>
            <td>{`${inUnit(one, one.alone)} ${one.unit}`}</td>
            <td>{`${inUnit(one, one.behind)} ${one.unit}`}</td>
            <td>{one.alone > 0 ? ratio(one.behind / one.alone) : '—'}</td>
            <td>{'interval' in one.verdict ? ratioInterval(one.verdict.interval) : '—'}</td>
          </tr>
        )),
        ...(cpuSeconds === null
          ? []
          : [
              <tr key={`${caseId} proxy`}>
                <th scope="row">
                  <Name>{name}</Name>
                </th>
                <td>{via}</td>
                <td>the proxy’s own CPU per message</td>
                <td>—</td>
                <td>{cpuText(cpuSeconds)}</td>
                <td>—</td>
                <td>—</td>
              </tr>,
            ]),
      ])}
    </tbody>
  </table>
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
