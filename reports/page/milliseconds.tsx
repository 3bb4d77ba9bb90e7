import type { ScaleLogarithmic } from 'd3-scale';
import { logTicks, round, tickLabel } from './axis.ts';

type Props = {
  readonly scale: ScaleLogarithmic<number, number>;
  readonly plot: { readonly left: number; readonly right: number };
};

/** The lines and figures of a vertical axis of milliseconds, drawn over the whole width of the plot. */
export function Milliseconds({ scale, plot: { left, right } }: Props) {
  const [low = 1, high = 1] = scale.domain();
  return logTicks(low, high).map((tick) => {
    const height = scale(tick);
    return (
      <g key={tick}>
        <line className="grid" x1={left} x2={right} y1={round(height)} y2={round(height)} />
        <text className="tick" x={left - 6} y={round(height + 4)} textAnchor="end">
          {tickLabel(tick)}
        </text>
      </g>
    );
  });
}
