import { advisor } from './advisor/advisor.tsx';
import { charts } from './charts/charts.ts';
import { offerChoices } from './charts/choices.ts';
import { otherForms } from './charts/forms.tsx';
import { drawObjective } from './charts/objective.ts';
import { comparisonControls } from './compare/comparison.tsx';
import { dropToCompare } from './compare/drop.tsx';
import { answerButtons } from './export/actions.ts';
import { copyButtons } from './export/copy.ts';
import { offerDownloads } from './export/downloads.ts';
import { answerKeys } from './keys.ts';
import { markSection } from './navigation.ts';
import { pickQuestion } from './picker.ts';
import { arrive, keepState } from './state.ts';
import { filterTrials } from './tables/filter.ts';
import { sortTables } from './tables/sort.ts';
import { unfoldTables } from './tables/unfold.ts';
import { switchTheme } from './theme.ts';

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
