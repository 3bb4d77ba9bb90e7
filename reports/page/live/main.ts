import { advisor } from './advisor/advisor.tsx';
import { charts } from './charts/charts.ts';
import { offerChoices } from './charts/choices.ts';
import { otherForms } from './charts/forms.tsx';
import { drawObjective } from './charts/objective.ts';
import { comparisonControls } from './compare/comparison.tsx';
import { dropToCompare } from './compare/drop.tsx';
import { copyButtons, headerButtons } from './export/clipboard.ts';
import { offerDownloads } from './export/downloads.ts';
import { answerKeys, markSection, switchTheme } from './frame.ts';
import { pickQuestion } from './picker.ts';
import { filterTrials } from './tables/filter.ts';
import { materializeTables } from './tables/materialize.ts';
import { sortTables } from './tables/sort.ts';
import { arrive, keepState } from './url-state.ts';

/**
 * Parts of a report's script, in the order in which they start. The markup says everything without them; elements of class
 * `needs-script` show only once the script runs.
 */
const PARTS: readonly ((page: Document) => void)[] = [
  keepState,
  switchTheme,
  pickQuestion,
  materializeTables,
  sortTables,
  charts,
  offerChoices,
  otherForms,
  drawObjective,
  headerButtons,
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

// A server's policy may forbid the style alone. What the script would draw then is not legible, as the markup is.
if (document.styleSheets.length > 0) {
  document.documentElement.classList.add('live');
  for (const element of document.querySelectorAll('.needs-script')) element.removeAttribute('hidden');
  for (const start of PARTS) start(document);
}
