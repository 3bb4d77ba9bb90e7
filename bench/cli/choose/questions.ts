import { FACTS } from '../../../reports/advice/facts/index.ts';
import { JUDGED } from '../../../reports/advice/facts/shape.ts';
import { CRITERIA, EQUAL, type Weights } from '../../../reports/advice/questions/criteria.ts';
import { NEEDS } from '../../../reports/advice/questions/needs.ts';
import { PRESETS } from '../../../reports/advice/questions/presets.ts';
import { type Entry, listing } from '../../../reports/terminal/listing.ts';
import { limitText } from '../../results/time.ts';
import type { Prompt } from '../ask.ts';
import { type AnswerTexts, readAnswers } from './answers.ts';

/**
 * Asks for the answers that flags would give, and repeats each question until its answer is valid. Weights are asked for
 * before any result is shown. An empty answer takes the default in brackets.
 */
export async function askAnswers(
  prompt: Prompt,
  info: (text: string) => void,
  width: number = Number.POSITIVE_INFINITY,
): Promise<AnswerTexts> {
  const listed = (entries: readonly Entry[]): string => listing(entries, width).join('\n');
  const once = async (texts: AnswerTexts, key: keyof AnswerTexts, question: string): Promise<AnswerTexts> => {
    for (;;) {
      const answer = (await prompt(question)).trim();
      if (answer === '') return texts;
      const next = { ...texts, [key]: answer };
      const problems: string[] = [];
      readAnswers(next, problems);
      if (problems.length === 0) return next;
      info(`${problems.map((problem) => `  ${problem}`).join('\n')}\n`);
    }
  };
  info(`What is it for?\n${listed(PRESETS.map(({ id, title }) => [id, title]))}\n`);
  let texts = await once({}, 'preset', 'One of these [none of them]: ');
  const preset = PRESETS.find(({ id }) => id === texts.preset);
  info(
    `\nWhat must it do? Transports that cannot do it are ruled out.\n${listed(NEEDS.map(({ id, question }) => [id, question]))}\n`,
  );
  texts = await once(texts, 'need', `Needs, separated by commas, or none [${preset?.needs.join(',') ?? 'none'}]: `);
  info('\nHow much load? An empty answer takes the value of the run.\n');
  texts = await once(texts, 'clients', 'Clients: ');
  texts = await once(texts, 'rate', 'Messages a second, all clients together (0: mostly silent): ');
  texts = await once(texts, 'size', 'Bytes of a message: ');
  const limit = preset === undefined ? 'none' : limitText(preset.objective);
  texts = await once(texts, 'objective', `Objective, such as p99<50ms, or none [${limit}]: `);
  info(
    `\nWhat counts? Decide before any result is shown.\n${listed(CRITERIA.map(({ id, name, judged }) => [id, `${name}${judged ? ' (our judgement, not measured)' : ''}`]))}\n`,
  );
  texts = await once(texts, 'weights', `Weights [${weightsText(preset?.weights ?? EQUAL)}]: `);
  const levels = Object.entries(FACTS).map(
    ([id, { judgements }]): Entry => [
      id,
      JUDGED.map((criterion) => `${criterion} ${judgements[criterion].level}`).join(', '),
    ],
  );
  info(`\nOur judgement, from 1 (best) to 3:\n${listed(levels)}\n`);
  return once(texts, 'judge', 'Yours, if it differs, such as ws.simplicity=2 [none]: ');
}

const weightsText = (weights: Weights): string =>
  CRITERIA.filter(({ id }) => weights[id] > 0)
    .map(({ id }) => `${id}:${weights[id]}`)
    .join(',');
