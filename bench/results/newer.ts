import { unknownDimensions } from './case.ts';
import type { SetAside } from './schema.ts';
import { KINDS, LAYERS, LINKS, REACHES, STATES } from './values.ts';

/**
 * Removes cases with a kind, value, dimension, layer or state of a newer version from a results document and lists them under
 * `setAside`. The schema checks everything else.
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

/** Name under which all bytes of a run are set aside if its link is unknown. */
export const BYTES_OF_ALL = 'bytes of every case';

/** Reason why bytes of a run are not shown; undefined if its link is known. */
export function whyNoBytes(link: string): string | undefined {
  const unknown = unknownValue('link', link, LINKS);
  return unknown === undefined ? undefined : `not shown: ${unknown} ${NEWER}`;
}

const NEWER = 'was written by a newer version';

/** Known values of the fields of a case that are not dimensions. */
const FIELDS: Readonly<Record<string, readonly string[]>> = { kind: KINDS, reaches: REACHES };

/** Reason to set a case aside, or undefined. A case without an id is left for the schema to refuse. */
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

/** Names an unknown value. A value that is not text is a mistake instead, which the schema refuses. */
const unknownValue = (field: string, value: unknown, known: readonly string[]): string | undefined =>
  typeof value !== 'string' || known.includes(value) ? undefined : `${field} “${value}”`;

/** True if a JSON value is an object, and no array. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
