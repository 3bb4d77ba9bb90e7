/** Anchors are numbered: a scenario's name is data, and no part of the page's own addresses. */
/** Of the table of every trial of a question. */
export const trialsId = (index: number): string => `trials-${index + 1}`;
export const sectionId = (index: number): string => `question-${index + 1}`;

/** The section that other parts of the page point to, where there is one. */
export const ADVISOR = 'advisor';

/** Up to so many questions are answered side by side on the first screen; of more the first is, and the others are picked. */
export const SIDE_BY_SIDE = 2;
/** More questions than this would make a list that hides what follows it. */
export const LISTED = 8;
