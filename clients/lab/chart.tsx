import type { LaneRecord } from './record.ts';
import { dotsOf, HEIGHT, type Scale, STRIP, segmentsOf, tickText, WIDTH, WINDOW_SECONDS, xOf, yOf } from './scale.ts';

/** Cut of the path as the page saw it. `untilMs` is undefined while it lasts. */
export interface SeenCut {
  readonly fromMs: number;
  readonly untilMs: number | undefined;
}

interface ChartProps {
  readonly record: LaneRecord;
  readonly scale: Scale;
  readonly cuts: readonly SeenCut[];
  readonly nowMs: number;
  readonly label: string;
}

/** Round trips of the last half minute as dots, on a logarithmic scale; below them the status of the connection. */
export function Chart({ record, scale, cuts, nowMs, label }: ChartProps) {
  const powers = Array.from({ length: scale.to - scale.from + 1 }, (_, at) => scale.from + at);
  return (
    <svg className="lab-chart" viewBox={`-46 -6 ${WIDTH + 52} ${HEIGHT + 22}`} role="img" aria-label={label}>
      {cuts.map(({ fromMs, untilMs = nowMs }) => {
        const [from, to] = [Math.max(0, xOf(fromMs, nowMs)), Math.min(WIDTH, xOf(untilMs, nowMs))];
        return to <= from ? null : (
          <rect key={fromMs} className="lab-cut" x={from} y={0} width={to - from} height={HEIGHT - STRIP} />
        );
      })}
      {powers.map((power) => {
        const y = yOf(10 ** power, scale);
        return (
          <g key={power}>
            <line className="grid" x1={0} x2={WIDTH} y1={y} y2={y} />
            <text className="tick" x={-6} y={y + 3.5} textAnchor="end">
              {tickText(power)}
            </text>
          </g>
        );
      })}
      <path className="lab-dots" d={dotsOf(record.points, scale, nowMs)} />
      {segmentsOf(record.changes, nowMs).map(({ status, x, width }) => (
        <rect key={x} className={`lab-strip lab-${status}`} x={x} y={HEIGHT - STRIP} width={width} height={STRIP} />
      ))}
      <text className="tick" x={0} y={HEIGHT + 12}>
        −{WINDOW_SECONDS} s
      </text>
      <text className="tick" x={WIDTH} y={HEIGHT + 12} textAnchor="end">
        now
      </text>
    </svg>
  );
}
