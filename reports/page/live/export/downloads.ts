import type { Results } from '../../../../bench/results/schema.ts';
import type { Analysis } from '../../../model/model.ts';
import { pooledLog } from '../../../raw/hlog.ts';
import { DOWNLOADS, type Download, fileNameOf } from '../../../raw/names.ts';
import { trialsCsv } from '../../../raw/trials-csv.ts';
import { carriedAnalysis, carriedHistograms, carriedResults } from '../carried.ts';
import { save } from './download.ts';

const MADE: Readonly<Record<Download, (results: Results, analysis: Analysis) => string | Promise<string>>> = {
  results: (results) => `${JSON.stringify(results, null, 2)}\n`,
  trials: trialsCsv,
  histograms: async (results) => pooledLog(results, await carriedHistograms()),
};

const isDownload = (name: string | undefined): name is Download => name !== undefined && name in DOWNLOADS;

/** Files made of what the page carries, here and now: nothing is asked of anyone. */
export function offerDownloads(page: Document): void {
  const status = page.querySelector('.download-said');
  for (const button of page.querySelectorAll<HTMLButtonElement>('button[data-download]')) {
    const { download } = button.dataset;
    if (!isDownload(download)) continue;
    button.addEventListener('click', async () => {
      const said = await give(download).catch((error: unknown) => `No file could be made: ${error}`);
      if (status !== null) status.textContent = said;
    });
  }
}

async function give(download: Download): Promise<string> {
  const results = await carriedResults();
  const text = await MADE[download](results, await carriedAnalysis());
  const name = fileNameOf(results, download);
  save(text, name, DOWNLOADS[download].type);
  return `${name} is made.`;
}
