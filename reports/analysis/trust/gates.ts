import { countOf, list } from '../../model/format.ts';
import type { Facts, Gate, GateStatus } from './gate.ts';
import { runGates } from './run-gates.ts';
import { trialGates } from './trial-gates.ts';

export type { Gate };

/** Conditions that apply to the run, those that are not kept first. */
export function gatesOf(facts: Facts): Gate[] {
  const gates = [...trialGates, ...runGates].flatMap((rule) => rule(facts) ?? []);
  return gates.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
}

const ORDER: readonly GateStatus[] = ['broken', 'note', 'unknown', 'kept'];

/** Summary of the conditions. */
export function gatesTakeaway(gates: readonly Gate[]): string {
  const named = (status: GateStatus) =>
    gates.filter((gate) => gate.status === status).map(({ check }) => midSentence(check));
  const [broken, notes, unknown] = [named('broken'), named('note'), named('unknown')];
  const kept = gates.length - broken.length - notes.length - unknown.length;
  const first = `${kept} of ${countOf(gates.length, 'condition')} kept.`;
  return [
    broken.length === 0 ? first : `${first} Broken: ${list(broken, 'and')}.`,
    ...(notes.length === 0 ? [] : [`Note before quoting: ${list(notes, 'and')}.`]),
    ...(unknown.length === 0 ? [] : [`Not checked: ${list(unknown, 'and')}.`]),
  ].join(' ');
}

/** `A/A test` stays as it is. */
const midSentence = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? `${text.slice(0, 1).toLowerCase()}${text.slice(1)}` : text;
