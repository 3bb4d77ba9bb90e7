import { type JudgedThreshold, thresholdText } from '../analysis/thresholds.ts';
import { printable } from '../model/format.ts';
import { paints, proseWidth } from './paint.ts';
import { hanging } from './text.ts';

const MARKS = { met: '✓', missed: '✕', 'not testable': '∅' } as const;

/** Lines for thresholds, one per threshold and case with its outcome and figure; none if no threshold was set. */
export function thresholdLines(
  thresholds: readonly JudgedThreshold[],
  { width, colour }: { width: number; colour: boolean },
): string[] {
  if (thresholds.length === 0) return [];
  const paint = paints(colour);
  const marked = { met: paint.green, missed: paint.red, 'not testable': paint.yellow };
  return [
    '',
    paint.bold('Thresholds'),
    ...thresholds
      .map(thresholdText)
      .flatMap(({ condition, name, outcome, figure }) =>
        hanging(printable(`${MARKS[outcome]} ${outcome}  ${condition}  ${name}: ${figure}`), proseWidth(width)).map(
          marked[outcome],
        ),
      ),
  ];
}
