import { reasonsOf } from '../../../reports/model/reasons.ts';
import type { Trial } from '../../results/schema.ts';
import type { ScenarioModule } from '../../scenarios/shape.ts';

/**
 * Makes the function that writes what the line of a trial says: the figures of a valid trial, and why another one is not. A reason
 * stands there in full the first time; afterwards its rule's word is enough, since the summary has the reasons too.
 */
export function detailer(): (kind: Pick<ScenarioModule, 'detail'>, trial: Trial) => string {
  const given = new Set<string>();
  const isNew = (key: string): boolean => given.size < given.add(key).size;
  return (kind, trial) =>
    trial.state === 'valid'
      ? kind.detail(trial)
      : reasonsOf(trial)
          .map(({ text, word, key }) => (isNew(key) ? text : (word ?? 'as before')))
          .join('; ');
}
