import { unknownDimensions } from './case.ts';
import type { SetAside } from './schema.ts';
import { KINDS, LAYERS, LINKS, REACHES, STATES } from './values.ts';

/**
 * Takes out of a results document the cases that this version cannot judge, because a newer one wrote a kind, a value, a
 * dimension, a layer or a state into them, and lists them under `setAside`. Everything else is left as it is, for the schema
 * to check.
 */
export function withoutNewer(document: unknown): unknown {
  if (!isRecord(document) || !Array.isArray(document.cases)) return document;
  const reasons = new Map<string, string>();
  const cases = document.cases.filter((one) => {
    const reason = whyNewer(one);
    if (reason === undefined) return true;
    reasons.set(one.id, reason);
    return false;
  });
  const { environment, plan } = document;
  const link = isRecord(environment) ? unknownValue('link', environment.link, LINKS) : undefined;
  const found: SetAside[] = [
    ...[...reasons].map(([id, reason]) => ({ id, reason })),
    ...(link === undefined ? [] : [{ id: BYTES_OF_ALL, reason: `${link} ${NEWER}` }]),
  ];
  const before: unknown[] = Array.isArray(document.setAside) ? document.setAside : [];
  const added = found.filter(({ id }) => !before.some((one) => isRecord(one) && one.id === id));
  if (found.length === 0) return document;
  const order =
    isRecord(plan) && Array.isArray(plan.order)
      ? plan.order.map((block) => (Array.isArray(block) ? block.filter((id) => !reasons.has(id)) : block))
      : undefined;
  return {
    ...document,
    cases,
    ...(isRecord(plan) && order !== undefined ? { plan: { ...plan, order } } : {}),
    setAside: [...before, ...added],
  };
}

/** Name under which the bytes of a whole run are set aside, whose link is unknown. */
export const BYTES_OF_ALL = 'bytes of every case';

/** Reason for which bytes of a run are not shown; undefined where its link is known. */
export function whyNoBytes(link: string): string | undefined {
  const unknown = unknownValue('link', link, LINKS);
  return unknown === undefined ? undefined : `not shown: ${unknown} ${NEWER}`;
}

const NEWER = 'was written by a newer version';

/** Fields of a case, besides its dimensions, whose values are listed. */
const FIELDS: Readonly<Record<string, readonly string[]>> = { kind: KINDS, reaches: REACHES };

/** Only a case that has a name can be set aside by name; the schema refuses any other. */
function whyNewer(one: unknown): string | undefined {
  if (!isRecord(one) || typeof one.id !== 'string') return undefined;
  const trials: unknown[] = Array.isArray(one.trials) ? one.trials : [];
  const ofTrials = trials
    .filter(isRecord)
    .flatMap(({ state, wire }) => [
      unknownValue('state', state, STATES),
      ...(isRecord(wire) ? [unknownValue('layer', wire.layer, LAYERS)] : []),
    ]);
  const found = [
    ...Object.entries(FIELDS).map(([field, known]) => unknownValue(field, one[field], known)),
    ...unknownDimensions(one).map((name) => `dimension “${name}”`),
    ...ofTrials,
  ];
  const first = found.find((text) => text !== undefined);
  return first === undefined ? undefined : `${first} ${NEWER}`;
}

/** A value of another type than text is no newer one but a mistake. */
const unknownValue = (field: string, value: unknown, known: readonly string[]): string | undefined =>
  typeof value !== 'string' || known.includes(value) ? undefined : `${field} “${value}”`;

/** True if a JSON value is an object, and no array. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
