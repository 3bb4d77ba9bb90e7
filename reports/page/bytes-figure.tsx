import { scaleLinear } from 'd3-scale';
import { figures } from '../analysis/format.ts';
import type { Group, Row } from '../analysis/model.ts';
import { linearTicks, tickLabel } from './axis.ts';
import { bytesNote, bytesTakeaway } from './captions.ts';
import { Chart, Series } from './chart.tsx';
import type { Identities } from './identity.ts';
import { Figure, Name, Swatch, shortened } from './parts.tsx';

const WIDTH = 540;
const PLOT = { left: 118, right: 440, top: 30 };
const ROW = 30;
const BAR = 16;

type Props = { readonly group: Group; readonly identities: Identities };

/**
 * `framing` is negative where compression made a message smaller than its payload. Where the link's bytes cannot be told
 * from the sockets', `headers` is null and all that is not payload counts as framing.
 */
type Bar = {
  readonly row: Row;
  readonly total: number;
  readonly payload: number;
  readonly framing: number;
  readonly headers: number | null;
};

export function BytesFigure({ group, identities }: Props) {
  const bars = group.rows.flatMap((row): Bar[] => {
    const { bytes } = row.cells;
    if (bytes.state === 'not shown' || !row.payload.shown) return [];
    const total = bytes.median;
    const payload = row.payload.value;
    const socket = row.socketBytes.shown ? row.socketBytes.value : null;
    return [
      { row, total, payload, framing: (socket ?? total) - payload, headers: socket === null ? null : total - socket },
    ];
  });
  const takeaway = bytesTakeaway(group);
  return (
    <Figure
      title="Bytes per message"
      takeaway={takeaway}
      note={bytesNote(group)}
      data={<BytesData bars={bars} identities={identities} />}
    >
      {bars.length === 0 ? <p className="empty">Nothing to draw.</p> : <Bars bars={bars} label={takeaway} />}
    </Figure>
  );
}

function Bars({ bars, label }: { bars: readonly Bar[]; label: string }) {
  const bottom = PLOT.top + bars.length * ROW;
  const most = Math.max(1, ...bars.map(({ total, payload }) => Math.max(total, payload)));
  const x = scaleLinear([0, most], [PLOT.left, PLOT.right]);
  const at = (value: number): number => Math.round(x(value) * 10) / 10;
  const split = bars.some(({ headers }) => headers !== null);
  return (
    <Chart width={WIDTH} height={bottom + 40} label={label} nearest="row">
      <g className="key">
        <rect className="payload" x={PLOT.left} y={4} width={12} height={12} />
        <text className="tick" x={PLOT.left + 18} y={14}>
          payload
        </text>
        <rect className="overhead" x={PLOT.left + 84} y={4} width={12} height={12} />
        <text className="tick" x={PLOT.left + 102} y={14}>
          {split ? 'framing' : 'overhead'}
        </text>
        {split ? (
          <>
            <rect className="headers" x={PLOT.left + 166} y={4} width={12} height={12} />
            <text className="tick" x={PLOT.left + 184} y={14}>
              TCP/IP, Ethernet, acknowledgements
            </text>
          </>
        ) : null}
      </g>
      {linearTicks(0, most).map((tick) => (
        <g key={tick}>
          <line className="grid" x1={at(tick)} x2={at(tick)} y1={PLOT.top - 4} y2={bottom} />
          <text className="tick" x={at(tick)} y={bottom + 16} textAnchor="middle">
            {tickLabel(tick)}
          </text>
        </g>
      ))}
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        bytes per delivered message
      </text>
      {bars.map(({ row, total, payload, framing, headers }, index) => {
        const top = PLOT.top + index * ROW + (ROW - BAR) / 2;
        const sockets = payload + framing;
        const carried = Math.min(payload, sockets);
        const overhead = framing + (headers ?? 0);
        return (
          <Series
            key={row.caseId}
            name={row.name}
            identity={null}
            points={[{ x: at(total), y: top + BAR / 2, text: barText({ total, payload, framing, headers }) }]}
          >
            <text className="label" x={0} y={top + BAR - 4}>
              <title>{row.name}</title>
              {shortened(row.name, 15)}
            </text>
            <rect className="payload" x={PLOT.left} y={top} width={at(carried) - PLOT.left} height={BAR} />
            <rect
              className="overhead"
              x={at(carried)}
              y={top}
              width={Math.max(0, at(sockets) - at(carried))}
              height={BAR}
            />
            {headers === null ? null : (
              <rect
                className="headers"
                x={at(sockets)}
                y={top}
                width={Math.max(0, at(total) - at(sockets))}
                height={BAR}
              />
            )}
            <text className="label" x={at(total) + 6} y={top + BAR - 4}>
              {figures(total)}
              <tspan className="quiet"> {overhead < 0 ? `(${figures(overhead)})` : `(+${figures(overhead)})`}</tspan>
            </text>
          </Series>
        );
      })}
    </Chart>
  );
}

function barText({ total, payload, framing, headers }: Omit<Bar, 'row'>): string {
  const parts = [
    `payload ${figures(payload)}`,
    `${headers === null ? 'overhead' : 'framing'} ${figures(framing)}`,
    ...(headers === null ? [] : [`TCP/IP ${figures(headers)}`]),
  ];
  return `${figures(total)} B a message: ${parts.join(', ')}`;
}

function BytesData({ bars, identities }: { bars: readonly Bar[]; identities: Identities }) {
  const split = bars.some(({ headers }) => headers !== null);
  const headings = split ? ['Payload', 'Framing', 'TCP/IP', 'Total'] : ['Payload', 'Overhead', 'Total'];
  return (
    <table>
      <caption>Bytes per delivered message, median over the valid trials</caption>
      <thead>
        <tr>
          <th scope="col">Transport</th>
          {headings.map((heading) => (
            <th key={heading} scope="col" className="number">
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {bars.map(({ row, total, payload, framing, headers }) => (
          <tr key={row.caseId}>
            <th scope="row">
              <Swatch identity={identities(row.name)} /> <Name>{row.name}</Name>
            </th>
            <td className="number">{figures(payload, 4)}</td>
            <td className="number">{figures(framing, 4)}</td>
            {split ? <td className="number">{headers === null ? '—' : figures(headers, 4)}</td> : null}
            <td className="number">{figures(total, 4)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
