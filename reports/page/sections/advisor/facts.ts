import type { Results } from '../../../../bench/results/schema.ts';
import { factOf } from '../../../advice/candidates.ts';
import { FACTS, factsOf } from '../../../advice/facts/index.ts';
import type { Fact } from '../../../advice/facts/shape.ts';
import { NEEDS, type NeedId } from '../../../advice/questions/needs.ts';
import { shapeOf } from '../../../kinds/lookup.ts';
import type { Analysis } from '../../../model/model.ts';

export type FactColumn = {
  /** Transports and variants with these facts. */
  readonly names: readonly string[];
  readonly measured: boolean;
  readonly facts: Readonly<Record<NeedId, Fact>>;
};

/** Facts of every transport for every need: first transports that the run measured, then those that it did not. */
export function factColumns(results: Results, analysis: Analysis): FactColumn[] {
  const { groups } = analysis;
  const rows = groups.flatMap((group) => group.rows).filter(({ floor }) => !floor);
  const measured = [...Map.groupBy(rows, ({ flag }) => flag)].flatMap(([name, [row]]): FactColumn[] => {
    const entries = NEEDS.flatMap(({ id }) => {
      const fact = row === undefined ? undefined : factOf(row, id, { results, analysis });
      return fact === undefined ? [] : [[id, fact] as const];
    });
    const facts = complete(Object.fromEntries(entries));
    return facts === undefined ? [] : [{ names: [name], measured: true, facts }];
  });
  const others = Object.keys(FACTS).flatMap((id): FactColumn[] => {
    const facts = rows.some(({ transport }) => transport === id) ? undefined : factsOf(id, null);
    return facts === undefined ? [] : [{ names: [id], measured: false, facts }];
  });
  return [...Map.groupBy([...measured, ...others], ({ facts }) => JSON.stringify(facts)).values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined ? [] : [{ ...first, names: alike.flatMap(({ names }) => names) }];
  });
}

function complete(facts: Partial<Record<NeedId, Fact>>): FactColumn['facts'] | undefined {
  const has = (some: Partial<Record<NeedId, Fact>>): some is Record<NeedId, Fact> =>
    NEEDS.every(({ id }) => some[id] !== undefined);
  return has(facts) ? facts : undefined;
}

/** True if a choice can be made by the run, so that there is something to ask the reader. */
export const canAdvise = ({ groups }: Analysis): boolean =>
  groups.some(({ question, rows }) => {
    const need = shapeOf(question).advice?.need;
    return (need === 'traffic' || need === 'silence') && rows.some(({ floor }) => !floor);
  });
