import type { MetricId } from '../../../analysis/metrics.ts';
import type { Group } from '../../../analysis/model.ts';
import { type FigureKind, figureId, sectionId } from '../../sections.ts';

/** What shows a figure best, and what shows it where that was not drawn. Memory under load has no chart: it is in the table. */
const SHOWN_BY: Partial<Readonly<Record<MetricId, readonly FigureKind[]>>> = {
  p50: ['percentiles'],
  p99: ['percentiles'],
  bytes: ['bytes'],
  cpu: ['effort'],
  capacity: ['load'],
  sessionMemory: ['growth'],
  idleBytes: ['idle'],
  idleCpu: ['effort'],
};

/** Anchor of the chart that shows a metric of a group, or of the group's section, which begins with all its figures; null for none. */
export function chartOf(
  groups: readonly Pick<Group, 'id' | 'primary'>[],
  { group: id, metric }: { readonly group: string | null; readonly metric: MetricId | null },
  has: (anchor: string) => boolean,
): string | null {
  const index = groups.findIndex((group) => group.id === id);
  if (index < 0) return null;
  const primary = metric !== null && groups[index]?.primary === metric;
  // Medians and intervals are what a reason quotes.
  const kinds = [...(primary ? (['intervals'] as const) : []), ...(metric === null ? [] : (SHOWN_BY[metric] ?? []))];
  return kinds.map((kind) => figureId(index, kind)).find(has) ?? sectionId(index);
}
