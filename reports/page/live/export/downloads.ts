import type { Results } from '../../../../bench/results/schema.ts';
import type { Analysis } from '../../../model/model.ts';
import { pooledLog } from '../../../raw/hlog.ts';
import { DOWNLOADS, type Download, fileNameOf } from '../../../raw/names.ts';
import { trialsCsv } from '../../../raw/trials-csv.ts';
import { embeddedAnalysis, embeddedHistograms, embeddedResults } from '../embedded-data.ts';

const FORMATS: Readonly<Record<Download, (results: Results, analysis: Analysis) => string | Promise<string>>> = {
  results: (results) => `${JSON.stringify(results, null, 2)}\n`,
  trials: trialsCsv,
  histograms: async (results) => pooledLog(results, await embeddedHistograms()),
};

const isDownload = (name: string | undefined): name is Download => name !== undefined && name in DOWNLOADS;

/** Starts the buttons that download the page's embedded data as files, without any network request. */
export function offerDownloads(page: Document): void {
  const status = page.querySelector('.download-said');
  for (const button of page.querySelectorAll<HTMLButtonElement>('button[data-download]')) {
    const { download } = button.dataset;
    if (!isDownload(download)) continue;
    button.addEventListener('click', async () => {
      const outcome = await give(download).catch((error: unknown) => `The file could not be created: ${error}`);
      if (status !== null) status.textContent = outcome;
    });
  }
}

async function give(download: Download): Promise<string> {
  const results = await embeddedResults();
  const text = await FORMATS[download](results, await embeddedAnalysis());
  const name = fileNameOf(results, download);
  save(text, name, DOWNLOADS[download].type);
  return `Created ${name}.`;
}

/** Hands the reader a file whose content is made in the page. */
export function save(text: string, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the file in a later task.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
