import { scaleLinear } from 'd3-scale';
import type { Portion } from '../../analysis/figures/wire-cost.ts';
import { figures } from '../../model/format.ts';
import { shortened } from '../parts/parts.tsx';
import { TicksAcross } from './axes.tsx';
import { linearTicks, round } from './axis.ts';
import { Chart, Series } from './chart.tsx';

const WIDTH = 540;
const PLOT = { left: 124, right: 400, top: 46 };
const ROW = 34;
const BAR = 11;

export type BarRow = {
  readonly key: string;
  readonly name: string;
  readonly mark: string;
  readonly up: Portion;
  readonly down: Portion;
  /** Texts of the column at the right, for up and down. */
  readonly aside: readonly [string, string];
};

type Props = {
  readonly rows: readonly BarRow[];
  readonly label: string;
  readonly axis: string;
  readonly asideTitle: string;
  readonly hasPayload: boolean;
};

/** Draws two bars a transport, up over down, each divided into its parts, with the total at its end. */
export function PortionBars({ rows, label, axis, asideTitle, hasPayload }: Props) {
  const bottom = PLOT.top + rows.length * ROW;
  const max = Math.max(1, ...rows.flatMap(({ up, down }) => [up, down].map(reachOf)));
  const x = scaleLinear([0, max], [PLOT.left, PLOT.right]);
  const split = rows.some(({ up }) => up.headers !== null);
  const keys = [
    ...(hasPayload ? [{ className: 'payload', text: 'payload' }] : []),
    { className: 'overhead', text: split ? 'framing' : 'overhead' },
    ...(split ? [{ className: 'headers', text: 'TCP/IP, acknowledgements' }] : []),
  ];
  return (
    <Chart width={WIDTH} height={bottom + 40} label={label} nearest="row">
      {keys.map(({ className, text }, index) => (
        <g key={className}>
          <rect className={className} x={index * 82} y={6} width={12} height={12} />
          <text className="tick" x={index * 82 + 17} y={16}>
            {text}
          </text>
        </g>
      ))}
      <text className="tick" x={WIDTH} y={16} textAnchor="end">
        {asideTitle}
      </text>
      <TicksAcross ticks={linearTicks(0, max)} at={x} top={PLOT.top - 4} bottom={bottom} />
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        {axis}
      </text>
      {rows.map(({ key, name, mark, up, down, aside }, index) => {
        const top = PLOT.top + index * ROW;
        return (
          <Series
            key={key}
            name={name}
            style={null}
            points={([up, down] as const).map((portion, way) => ({
              x: x(reachOf(portion)),
              y: top + 9 + way * (BAR + 2),
              text: `${WAYS[way]}: ${portionText(portion)}${aside[way] === '' ? '' : `; ${asideTitle} ${aside[way]}`}`,
            }))}
          >
            <text className="label" x={0} y={top + 19}>
              <title>{name}</title>
              {shortened(name, 15)}
              {mark}
            </text>
            {([up, down] as const).map((portion, way) => {
              const barTop = top + 4 + way * (BAR + 2);
              return (
                <g key={WAYS[way]}>
                  <text className="way" x={PLOT.left - 8} y={barTop + BAR - 1} textAnchor="middle">
                    {way === 0 ? '↑' : '↓'}
                  </text>
                  <Bar portion={portion} at={(value) => round(x(value))} top={barTop} />
                  <text className="amount" x={round(x(reachOf(portion))) + 5} y={barTop + BAR - 1}>
                    {figures(portion.total)}
                  </text>
                  <text className="amount quiet" x={WIDTH} y={barTop + BAR - 1} textAnchor="end">
                    {aside[way]}
                  </text>
                </g>
              );
            })}
          </Series>
        );
      })}
    </Chart>
  );
}

const WAYS = ['up', 'down'] as const;

const reachOf = ({ payload, total }: Portion): number => Math.max(payload, total);

function Bar({ portion, at, top }: { portion: Portion; at: (value: number) => number; top: number }) {
  const { payload, framing, headers, total } = portion;
  const sockets = payload + framing;
  const piece = (from: number, to: number): string =>
    `M${at(from)} ${top}H${at(Math.max(from, to))}v${BAR}H${at(from)}z`;
  return (
    <>
      {payload > 0 ? <path className="payload" d={piece(0, Math.min(payload, sockets))} /> : null}
      {framing > 0 ? <path className="overhead" d={piece(payload, sockets)} /> : null}
      {headers === null || headers <= 0 ? null : <path className="headers" d={piece(sockets, total)} />}
      {framing < 0 ? <path className="saved" d={`M${at(payload)} ${top}v${BAR}`} /> : null}
    </>
  );
}

export function portionText({ payload, framing, headers, total }: Portion): string {
  const parts = [
    ...(payload > 0 ? [`payload ${figures(payload)}`] : []),
    `${headers === null ? 'overhead' : 'framing'} ${figures(framing)}`,
    ...(headers === null ? [] : [`TCP/IP and acknowledgements ${figures(headers)}`]),
  ];
  return `${figures(total)} B (${parts.join(', ')})`;
}
