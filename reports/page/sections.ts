import type { Group } from '../analysis/model.ts';

/** Anchors are numbered: a scenario's name is data, and no part of the page's own addresses. */
export const sectionId = (index: number): string => `question-${index + 1}`;
/** Of the table of every trial of a question. */
export const trialsId = (index: number): string => `trials-${index + 1}`;

/** The section that other parts of the page point to, where there is one. */
export const ADVISOR = 'advisor';

/**
 * Two questions are answered side by side on the first screen, as long as there is room for all they name. Of more the first is, and
 * the others are picked.
 */
export const areSideBySide = (groups: readonly Pick<Group, 'rows' | 'unsupported'>[]): boolean =>
  groups.length < 2 ||
  (groups.length === 2 && groups.every(({ rows, unsupported }) => rows.length + unsupported.length <= ABREAST));

/** Names that half a screen's width has room for. */
const ABREAST = 16;

/** More questions than this would make a list that hides what follows it. */
export const LISTED = 8;
