import { median } from '../../../bench/results/numbers.ts';
import type { HandshakeStep } from '../../../bench/results/schema.ts';
import type { Group } from '../../model/model.ts';

/** Round trips to a usable session of one transport: medians over the valid trials, and the steps of its handshakes. */
export type Trips = {
  readonly caseId: string;
  readonly name: string;
  readonly floor: boolean;
  readonly rttSeconds: number;
  readonly measured: number;
  readonly parts: readonly { readonly step: string; readonly roundTrips: number }[];
  readonly theory: readonly HandshakeStep[];
  /** Sum of the steps. */
  readonly expected: number;
};

/** Rows with round trips, by those measured; empty where the run counted none. */
export function tripsOf({ rows }: Pick<Group, 'rows'>): Trips[] {
  return rows
    .flatMap(({ caseId, name, floor, trials }): Trips[] => {
      const found = trials.flatMap((trial) =>
        trial.state === 'valid' && !trial.replaced ? (trial.opening?.roundTrips ?? []) : [],
      );
      const [first] = found;
      if (first === undefined) return [];
      const { rttSeconds, theory } = first;
      return [
        {
          caseId,
          name,
          floor,
          rttSeconds,
          measured: median(found.map(({ measured }) => measured)),
          parts: first.parts.map(({ step }, index) => ({
            step,
            roundTrips: median(found.flatMap(({ parts }) => parts[index]?.roundTrips ?? [])),
          })),
          theory,
          expected: theory.reduce((sum, { roundTrips }) => sum + roundTrips, 0),
        },
      ];
    })
    .toSorted((a, b) => a.measured - b.measured || (a.name < b.name ? -1 : 1));
}

/** Difference of measured and expected round trips up to which they agree. */
export const AGREES_WITHIN = 0.3;

/** True if the measured round trips are those of the steps. */
export const agrees = ({ measured, expected }: Trips): boolean => Math.abs(measured - expected) <= AGREES_WITHIN;
