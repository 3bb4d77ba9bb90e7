import type { Group } from '../../model/model.ts';
import { dimmedIn } from './chart.tsx';

/** The same series are grey in every chart of a question. */
export function dimmedByName(group: Pick<Group, 'rows'>): (name: string) => boolean {
  const isDimmed = dimmedIn(group);
  const dimmed = new Set(group.rows.filter(isDimmed).map(({ name }) => name));
  return (name) => dimmed.has(name);
}
