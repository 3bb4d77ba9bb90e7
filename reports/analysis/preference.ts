import { batchingText } from '../kinds/batching.ts';
import { metric as metricOf } from '../kinds/lookup.ts';
import { list } from '../model/format.ts';
import type { MetricId } from '../model/metrics.ts';
import type { Group, Phrase, Row, Sentence } from '../model/model.ts';

type Facts = Pick<Group, 'question' | 'rows' | 'metrics' | 'tiers' | 'columns' | 'primary'>;

/** Names the other columns that speak against the answer: those in which another choice is shown to be better than all leaders. */
export function preferenceOf({ question, rows, metrics, tiers, columns, primary }: Facts): Sentence {
  if (tiers.kind === 'untestable') return [plain('Not known: without a verdict there is no leader.')];
  const [top = []] = tiers.tiers;
  const leaders = rows.filter(({ caseId }) => top.some((entry) => entry.caseId === caseId));
  const choices = rows.filter(({ floor }) => !floor);
  if (choices.length < 2) return [plain('Nothing to weigh: there is only one choice.')];
  const others = metrics.filter((id) => id !== primary && columns[id].best !== null);
  const tested = others.filter((id) => choices.some((row) => isJudged(row, id)));
  if (tested.length === 0) return [plain('Not known: no other column could be tested.')];
  const against = tested.flatMap((id) => {
    const best = choices.find(({ caseId }) => caseId === columns[id].best);
    const beaten = best !== undefined && leaders.every((row) => isWorse(row, id));
    return beaten ? [{ name: best.name, title: metricOf(id).title + batchingText(best, metricOf(id), question) }] : [];
  });
  const untested = others.length - tested.length;
  const rest = untested === 0 ? '' : ` ${untested} of ${others.length} other columns could not be tested.`;
  const [leader] = leaders;
  const whom = leaders.length === 1 && leader !== undefined ? strong(leader.name) : plain('all of these');
  if (against.length === 0) {
    return [plain('No other column shows that another choice is better than '), whom, plain(`.${rest}`)];
  }
  const byName = [...Map.groupBy(against, ({ name }) => name)];
  return [
    ...byName.flatMap(([name, columns], index) => {
      const where = list(
        columns.map(({ title }) => title),
        'and',
      );
      return [
        ...(index === 0 ? [] : [plain('; ')]),
        strong(name),
        ...(index === 0 ? [plain(' is shown to be better than '), whom, plain(' ')] : [plain(' ')]),
        plain(`in ${where}`),
      ];
    }),
    plain(`. If that matters more to you, the answer changes.${rest}`),
  ];
}

const isJudged = ({ cells }: Row, id: MetricId): boolean => {
  const cell = cells[id];
  return cell.state === 'shown' && cell.practical !== null && 'interval' in cell.practical;
};

const isWorse = ({ cells }: Row, id: MetricId): boolean => {
  const cell = cells[id];
  return cell.state === 'shown' && cell.practical?.word === 'worse';
};

const plain = (text: string): Phrase => ({ text, strong: false });
const strong = (text: string): Phrase => ({ text, strong: true });
