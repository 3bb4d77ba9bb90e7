import { scaleLog } from 'd3-scale';
import { browserTitle, ratioText } from '../../analysis/figures/costs/browser-cost.ts';
import { inUnit, list, ratio, ratioInterval } from '../../model/format.ts';
import type { BrowserCost, BrowserFigure as Figures, Group } from '../../model/model.ts';
import { TicksAcross } from '../charts/axes.tsx';
import { logDomain, logTicks, round } from '../charts/axis.ts';
import { Chart, Series } from '../charts/chart.tsx';
import { Figure, Heads, Name, shortened } from '../parts/parts.tsx';
import { markerPath, type SeriesStyles } from '../parts/series-style.ts';

const WIDTH = 540;
const PLOT = { left: 240, right: 440, top: 8 };
const ROW = 22;

type Props = { readonly id: string; readonly group: Group; readonly styles: SeriesStyles };

/** Figures of clients in a browser divided by those of the same clients in Node. */
export function BrowserFigure({ id, group: { browserCosts: costs, rows }, styles }: Props) {
  const [first] = costs;
  if (first === undefined) return null;
  const browser = browserTitle(first);
  const takeaway = takeawayOf(costs, browser);
  const nameOf = ({ caseId }: BrowserCost): string => rows.find((row) => row.caseId === caseId)?.name ?? '';
  return (
    <Figure
      id={id}
      title="What the browser adds"
      takeaway={takeaway}
      note={
        `Mark: the figure with the clients in ${browser} divided by the same figure with the clients in Node, medians over the valid ` +
        'trials. Bar: its interval. At 1 the browser adds nothing. The clients’ CPU time and memory are those of all processes of the ' +
        'browser, and of Node’s load workers without the time in which they spin until the next message is due. Memory that processes of ' +
        'a browser share is divided among them.'
      }
      data={<CostData costs={costs} browser={browser} />}
    >
      <Ratios costs={costs} nameOf={nameOf} styles={styles} label={takeaway} browser={browser} />
    </Figure>
  );
}

/** Says for each figure the range over the transports. */
function takeawayOf(costs: readonly BrowserCost[], browser: string): string {
  const all = costs.flatMap(({ name, figures }) => figures.map((one) => ({ name, ...one })));
  const cpu = all.filter(({ id }) => id === 'clients-cpu').toSorted((a, b) => a.browser / a.node - b.browser / b.node);
  const [least] = cpu;
  const most = cpu.at(-1);
  if (least === undefined || most === undefined) return `The same clients, in ${browser} and in Node.`;
  const range = (one: typeof least): string => `${ratio(one.browser / one.node)} with ${one.name}`;
  const names = least === most ? [range(least)] : [range(least), range(most)];
  return `A message costs the clients’ CPU in ${browser} ${list(names, 'and')} what it costs in Node.`;
}

type RatiosProps = {
  readonly costs: readonly BrowserCost[];
  readonly nameOf: (cost: BrowserCost) => string;
  readonly styles: SeriesStyles;
  readonly label: string;
  readonly browser: string;
};

function Ratios({ costs, nameOf, styles, label, browser }: RatiosProps) {
  const lines = costs.flatMap((cost) => cost.figures.filter(isRatio).map((figure) => ({ cost, figure })));
  const bottom = PLOT.top + lines.length * ROW;
  const values = lines.flatMap(({ figure }) => [1, figure.browser / figure.node, ...endsOf(figure)]);
  const domain = logDomain(values, 1.1);
  const x = scaleLog(domain, [PLOT.left, PLOT.right]).clamp(true);
  const at = (value: number): number => round(x(value));
  return (
    <Chart width={WIDTH} height={bottom + 40} label={label} nearest="row">
      <TicksAcross ticks={logTicks(...domain)} at={x} top={PLOT.top - 4} bottom={bottom} />
      <line className="no-change" x1={at(1)} x2={at(1)} y1={PLOT.top} y2={bottom} />
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        {`${browser} / Node (log)`}
      </text>
      {lines.map(({ cost, figure }, index) => {
        const style = styles(nameOf(cost));
        const middle = PLOT.top + (index + 0.5) * ROW;
        const [low, high] = endsOf(figure);
        const name = `${cost.name}, ${figure.title}`;
        const value = figure.browser / figure.node;
        return (
          <Series
            key={`${cost.caseId} ${figure.id}`}
            name={name}
            style={style}
            points={[{ x: at(value), y: middle, text: `${name}: ${ratioText(figure)}` }]}
          >
            <text className="label" x={0} y={middle + 4}>
              <title>{name}</title>
              {shortened(name, 34)}
            </text>
            {low === undefined || high === undefined ? null : (
              <path className="between" d={`M${at(low)} ${middle}H${at(high)}`} />
            )}
            <path className="series-mark" d={markerPath(style, 60)} transform={`translate(${at(value)} ${middle})`} />
            <text className="amount" x={WIDTH} y={middle + 4} textAnchor="end">
              {ratio(value)}
            </text>
          </Series>
        );
      })}
    </Chart>
  );
}

const isRatio = ({ browser, node }: Figures): boolean => browser > 0 && node > 0;

/** Ends of the interval; empty without one. */
const endsOf = ({ verdict }: Figures): number[] =>
  'interval' in verdict ? [verdict.interval.low, verdict.interval.high] : [];

const CostData = ({ costs, browser }: { readonly costs: readonly BrowserCost[]; readonly browser: string }) => (
  <table className="sums">
    <caption>Medians over the valid trials, their ratio, and its interval</caption>
    <thead>
      <tr>
        <th scope="col">Transport</th>
        <Heads of={['Figure', 'Node', browser, 'Ratio', 'Interval']} />
      </tr>
    </thead>
    <tbody>
      {costs.flatMap(({ caseId, name, figures }) =>
        figures.map((one) => (
          <tr key={`${caseId} ${one.id}`}>
            <th scope="row">
              <Name>{name}</Name>
            </th>
            <td>{one.title}</td>
            <td>{`${inUnit(one, one.node)} ${one.unit}`}</td>
            <td>{`${inUnit(one, one.browser)} ${one.unit}`}</td>
            <td>{ratio(one.browser / one.node)}</td>
            <td>{'interval' in one.verdict ? ratioInterval(one.verdict.interval) : '—'}</td>
          </tr>
        )),
      )}
    </tbody>
  </table>
);
