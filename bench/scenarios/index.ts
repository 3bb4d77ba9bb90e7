import { capacity } from './capacity.ts';
import { closed } from './closed.ts';
import { connect } from './connect.ts';
import { idle } from './idle.ts';
import { load } from './load.ts';
import { recovery } from './recovery.ts';
import type { ScenarioEntry, ScenarioKind, ScenarioModule } from './shape.ts';
import { slow } from './slow.ts';
import { wire } from './wire.ts';

/** Every scenario kind, in the order in which their scenarios are listed. */
const kinds: { readonly [Id in ScenarioKind]: ScenarioModule<Id> } = {
  load,
  capacity,
  closed,
  connect,
  idle,
  wire,
  recovery,
  slow,
};

export const scenarios: readonly ScenarioEntry[] = Object.values<ScenarioModule>(kinds).flatMap(entriesOf);

/** The scenarios of a kind, each with the kind. */
export function entriesOf(kind: ScenarioModule): ScenarioEntry[] {
  return kind.scenarios.map((scenario) => ({ ...scenario, kind }));
}

export const findScenario = (id: string, known: readonly ScenarioEntry[] = scenarios): ScenarioEntry | undefined =>
  known.find((scenario) => scenario.id === id);

/** Kind of a case in results. The first results named none, because there was only one. */
export const kindOf = ({ kind = load.id }: { readonly kind?: ScenarioKind | undefined }): ScenarioModule => kinds[kind];
