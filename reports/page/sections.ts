/** Anchors are numbered: a scenario's name is data, and no part of the page's own addresses. */
export const sectionId = (index: number): string => `question-${index + 1}`;
