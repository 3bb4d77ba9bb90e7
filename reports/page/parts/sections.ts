import type { FigureId } from '../../kinds/shape.ts';
import type { Group } from '../../model/model.ts';

/** Id of a question's section. It is numbered, because a scenario's name is data and must not become part of the page's addresses. */
export const sectionId = (index: number): string => `question-${index + 1}`;
/** Id of a question's figure, stable between versions so that it can be linked to. */
export const figureId = (index: number, figure: FigureId): string => `${sectionId(index)}-${figure}`;

/** Id of the table of every trial of a question. */
export const trialsId = (index: number): string => `trials-${index + 1}`;

/** Id of the advisor's section, which other parts of the page link to if it is there. */
export const ADVISOR = 'advisor';

/**
 * True if the first screen answers all questions side by side: there are at most two, with room for every name. Otherwise it answers
 * the first, and the reader picks another.
 */
export const areSideBySide = (groups: readonly Pick<Group, 'rows' | 'unsupported'>[]): boolean =>
  groups.length < 2 || (groups.length === 2 && groups.every(hasRoom));

function hasRoom({ rows, unsupported }: Pick<Group, 'rows' | 'unsupported'>): boolean {
  const names = [...rows, ...unsupported].map(({ name }) => name);
  const characters = names.reduce((total, name) => total + name.length + CHARACTERS_AROUND, 0);
  return names.length <= MAX_NAMES && characters <= MAX_CHARACTERS;
}

/** Names that fit in half a screen's width, and their characters with the marks around each. */
const MAX_NAMES = 16;
const MAX_CHARACTERS = 350;
const CHARACTERS_AROUND = 10;

/** Number of questions up to which they are listed; a longer list would hide what follows it. */
export const MAX_LISTED = 8;
