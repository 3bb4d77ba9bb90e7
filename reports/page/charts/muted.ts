import type { Group } from '../../model/model.ts';
import { mutedIn } from './chart.tsx';

/** The same series are grey in every chart of a question. */
export function mutedByName(group: Pick<Group, 'rows'>): (name: string) => boolean {
  const isMuted = mutedIn(group);
  const muted = new Set(group.rows.filter(isMuted).map(({ name }) => name));
  return (name) => muted.has(name);
}
