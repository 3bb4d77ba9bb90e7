import { round, tickLabel } from './axis.ts';

type TicksProps = {
  readonly ticks: readonly number[];
  readonly at: (tick: number) => number;
  /** Text at a tick; its figure by default. */
  readonly text?: (tick: number) => string;
};

/** Vertical grid lines, each with its text below. */
export const TicksAcross = ({
  ticks,
  at,
  text = tickLabel,
  top,
  bottom,
}: TicksProps & { readonly top: number; readonly bottom: number }) =>
  ticks.map((tick) => {
    const x = round(at(tick));
    return (
      <g key={tick}>
        <line className="grid" x1={x} x2={x} y1={top} y2={bottom} />
        <text className="tick" x={x} y={bottom + 16} textAnchor="middle">
          {text(tick)}
        </text>
      </g>
    );
  });

/** Horizontal grid lines over the width of the plot, each with its text to the left. */
export const TicksUp = ({
  ticks,
  at,
  text = tickLabel,
  plot: { left, right },
}: TicksProps & { readonly plot: { readonly left: number; readonly right: number } }) =>
  ticks.map((tick) => {
    const height = at(tick);
    return (
      <g key={tick}>
        <line className="grid" x1={left} x2={right} y1={round(height)} y2={round(height)} />
        <text className="tick" x={left - 6} y={round(height + 4)} textAnchor="end">
          {text(tick)}
        </text>
      </g>
    );
  });
