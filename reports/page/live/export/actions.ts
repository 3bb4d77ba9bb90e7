import { summaryMarkdown } from '../../../markdown/summary.ts';
import { carriedAnalysis, carriedResults } from '../carried.ts';
import { copy, NOT_COPIED } from './clipboard.ts';

export function answerButtons(page: Document): void {
  page.querySelector('#print')?.addEventListener('click', () => print());
  page.querySelector('#copy-summary')?.addEventListener('click', async () => {
    const copied = await carriedSummary()
      .then((text) => copy(text))
      .catch(() => false);
    say(page, copied ? 'Summary copied as Markdown' : NOT_COPIED);
  });
}

const carriedSummary = async (): Promise<string> => summaryMarkdown(await carriedResults(), await carriedAnalysis());

/** What a button did, for eyes and screen readers alike. */
function say(page: Document, text: string): void {
  const status = page.querySelector('#said');
  if (status !== null) status.textContent = text;
}
