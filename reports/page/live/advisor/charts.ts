import { measuredMetric } from '../../../kinds/lookup.ts';
import type { FigureId } from '../../../kinds/shape.ts';
import type { MetricId } from '../../../model/metrics.ts';
import type { Group } from '../../../model/model.ts';
import { figureId, sectionId } from '../../parts/sections.ts';

/** Anchor of the chart that shows a metric of a group; without such a chart, of the group's section; null without a group. */
export function chartOf(
  groups: readonly Pick<Group, 'id' | 'primary'>[],
  { group: id, metric }: { readonly group: string | null; readonly metric: MetricId | null },
  has: (anchor: string) => boolean,
): string | null {
  const index = groups.findIndex((group) => group.id === id);
  if (index < 0) return null;
  const primary = groups[index]?.primary === metric;
  const own = metric === null || primary ? undefined : measuredMetric(metric).figure;
  // A reason quotes medians and intervals, so their figure is the second choice.
  const figures: readonly FigureId[] = metric === null ? [] : [...(own === undefined ? [] : [own]), 'intervals'];
  return figures.map((figure) => figureId(index, figure)).find(has) ?? sectionId(index);
}

/** Metric that a chart must be switched to before a link leads there; null for the metric it shows by default. */
export function metricAskedOf(
  groups: readonly Pick<Group, 'id' | 'primary'>[],
  { group: id, metric }: { readonly group: string | null; readonly metric: MetricId | null },
): MetricId | null {
  const group = groups.find((one) => one.id === id);
  return group === undefined || group.primary === metric ? null : metric;
}
