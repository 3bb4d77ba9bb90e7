import { summaryMarkdown } from '../../markdown/summary.ts';
import { carriedAnalysis, carriedResults } from './carried.ts';

export function answerButtons(page: Document): void {
  page.querySelector('#print')?.addEventListener('click', () => print());
  page.querySelector('#copy-summary')?.addEventListener('click', async () => {
    const copied = await carriedSummary()
      .then((text) => copy(page, text))
      .catch(() => false);
    say(page, copied ? 'Summary copied as Markdown' : 'This browser does not let a page copy');
  });
}

const carriedSummary = async (): Promise<string> => summaryMarkdown(await carriedResults(), await carriedAnalysis());

/** What a button did, for eyes and screen readers alike. */
function say(page: Document, text: string): void {
  const status = page.querySelector('#said');
  if (status !== null) status.textContent = text;
}

/** A page that was opened from a file is not everywhere given the clipboard; the older way needs a selection. */
export async function copy(page: Document, text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = page.createElement('textarea');
    area.value = text;
    area.className = 'visually-hidden';
    page.body.append(area);
    area.select();
    const copied = page.execCommand('copy');
    area.remove();
    return copied;
  }
}
