import { answerButtons } from './actions.ts';
import { advisor } from './advisor/advisor.tsx';
import { charts } from './charts.ts';
import { offerChoices } from './choices.ts';
import { dropToCompare } from './compare/drop.tsx';
import { comparisonControls } from './comparison.tsx';
import { copyButtons } from './copy.ts';
import { offerDownloads } from './downloads.ts';
import { filterTrials } from './filter.ts';
import { otherForms } from './forms.tsx';
import { answerKeys } from './keys.ts';
import { markSection } from './navigation.ts';
import { drawObjective } from './objective.ts';
import { pickQuestion } from './picker.ts';
import { sortTables } from './sort.ts';
import { arrive, keepState } from './state.ts';
import { switchTheme } from './theme.ts';
import { unfoldTables } from './unfold.ts';

/**
 * What a report's script does, a file each. Everything it says stands in the markup without it: elements of class `needs-script`
 * show only once it runs.
 */
const PARTS: readonly ((page: Document) => void)[] = [
  keepState,
  switchTheme,
  pickQuestion,
  unfoldTables,
  sortTables,
  charts,
  offerChoices,
  otherForms,
  drawObjective,
  answerButtons,
  answerKeys,
  copyButtons,
  markSection,
  offerDownloads,
  filterTrials,
  dropToCompare,
  comparisonControls,
  advisor,
  arrive,
];

document.documentElement.classList.add('live');
for (const start of PARTS) start(document);
