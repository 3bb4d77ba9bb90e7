import type { FigureId } from '../../kinds/shape.ts';
import type { Group } from '../../model/model.ts';

/** Anchors are numbered: a scenario's name is data, and no part of the page's own addresses. */
export const sectionId = (index: number): string => `question-${index + 1}`;
/** Of a figure, to link to: it stays the same from version to version. A question has those that its kind of scenario has. */
export const figureId = (index: number, figure: FigureId): string => `${sectionId(index)}-${figure}`;

/** Of the table of every trial of a question. */
export const trialsId = (index: number): string => `trials-${index + 1}`;

/** The section that other parts of the page point to, where there is one. */
export const ADVISOR = 'advisor';

/**
 * Two questions are answered side by side on the first screen, as long as there is room for all they name. Of more the first is, and
 * the others are picked.
 */
export const areSideBySide = (groups: readonly Pick<Group, 'rows' | 'unsupported'>[]): boolean =>
  groups.length < 2 || (groups.length === 2 && groups.every(hasRoomAbreast));

function hasRoomAbreast({ rows, unsupported }: Pick<Group, 'rows' | 'unsupported'>): boolean {
  const names = [...rows, ...unsupported].map(({ name }) => name);
  const characters = names.reduce((total, name) => total + name.length + AROUND_A_NAME, 0);
  return names.length <= MAX_ABREAST && characters <= ROOM_ABREAST;
}

/** What half a screen's width has room for: names, and characters of them with the marks around each. */
const MAX_ABREAST = 16;
const ROOM_ABREAST = 350;
const AROUND_A_NAME = 10;

/** More questions than this would make a list that hides what follows it. */
export const LISTED = 8;
