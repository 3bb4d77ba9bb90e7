import { figures, list } from '../model/format.ts';
import type { Metric } from '../model/metrics.ts';
import type { Question, Row } from '../model/model.ts';
import { shapeOf } from './lookup.ts';

/** Mark of a figure that several messages share; a note explains it. */
export const BATCHED = '‡';

type Named = Pick<Row, 'name' | 'batched'>;

/** Mark of a cell if its figure is a cost that several messages share. */
export const batchMark = ({ batched }: Pick<Row, 'batched'>, { perMessage }: Metric): string =>
  batched !== null && perMessage === true ? BATCHED : '';

/** Rate at which a figure holds: `at 200 msg/s`. */
const rateText = (question: Pick<Question, 'kind' | 'rate'>): string =>
  shapeOf(question).steadyRate ? `at ${figures(question.rate)} msg/s` : 'at the rate that was reached';

const togetherText = (batched: NonNullable<Row['batched']>): string =>
  batched.perPacket === null
    ? 'several messages in one answer or frame'
    : `${figures(batched.perPacket)} messages per packet`;

/** Addition to a metric in which a choice stands out: ` (batching: 7.8 messages per packet at 200 msg/s)`; empty if each message has its own cost. */
export function batchingText({ batched }: Pick<Row, 'batched'>, metric: Metric, question: Question): string {
  if (batched === null || metric.perMessage !== true) return '';
  return ` (batching: ${togetherText(batched)} ${rateText(question)})`;
}

/** Note below a table or a figure with costs per message; null if no message shared its cost with others. */
export function batchingNote(rows: readonly Named[], question: Question): string | null {
  const those = rows.flatMap(({ name, batched }) => (batched === null ? [] : [`${name} (${togetherText(batched)})`]));
  if (those.length === 0) return null;
  return (
    `${BATCHED} Batching: several messages travelled together with ${list(those, 'and')}. The bytes and the CPU time of ` +
    `each hold ${rateText(question)}: the fewer messages there are, the fewer share that cost.`
  );
}
