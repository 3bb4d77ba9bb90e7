import { createRoot } from 'react-dom/client';
import type { Results } from '../../../../bench/results/schema.ts';
import { analysedRun, type ReadRun } from '../../../analysis/readings.ts';
import type { Comparison } from '../../../compare/compare-model.ts';
import { comparing } from '../../../compare/comparing.ts';
import { embeddedAnalysis, embeddedResults } from '../embedded-data.ts';
import { decodeRun } from './decoding.ts';
import { readDropped, Unusable } from './dropped.ts';
import { Panel, type PanelState, type Role } from './panel.tsx';
import { painted, type YieldToMain, yieldingToMain } from './yield-to-main.ts';

/** Compares a second run, dropped on the report or chosen in a dialog, with the report's own. */
export function dropToCompare(page: Document): void {
  const [section, container] = [page.getElementById('compare'), page.getElementById('compare-live')];
  if (section === null || container === null) return;
  const root = createRoot(container);
  /** Controller of the last request, which aborts the earlier ones. */
  let current = new AbortController();

  let shown: PanelState = { kind: 'empty' };
  const show = (state: PanelState, other: Other | null): void => {
    shown = state;
    root.render(
      <Panel
        state={state}
        onFile={(file) => void take(file)}
        onRole={(role) => other !== null && void exchange(other, role)}
        onClose={() => {
          current.abort();
          show({ kind: 'empty' }, null);
        }}
      />,
    );
  };

  /** Does the work, and shows its outcome unless another request has replaced it. */
  const attempt = async (
    work: (turn: YieldToMain) => Promise<() => void>,
    busy = (progress: string): void => show({ kind: 'busy', progress }, null),
  ): Promise<void> => {
    current.abort();
    const mine = new AbortController();
    current = mine;
    try {
      const done = await work(yieldingToMain(busy, mine.signal));
      if (!mine.signal.aborted) done();
    } catch (error) {
      if (mine.signal.aborted) return;
      const why = error instanceof Unusable ? error.message : `an error occurred in this page: ${String(error)}`;
      show({ kind: 'refused', why }, null);
    }
  };

  const take = (file: File): Promise<void> => {
    show({ kind: 'busy', progress: `Reading ${file.name} …` }, null);
    section.scrollIntoView({ block: 'start' });
    return attempt(async (turn) => {
      await painted();
      const other = await readOther(file, turn);
      const role = roleOf((await ownRun()).results, other.run.results);
      const comparison = await compared(other, role, turn);
      return () => show({ kind: 'compared', comparison, role, file: other.name }, other);
    });
  };

  const exchange = (other: Other, role: Role): Promise<void> => {
    const before = shown;
    const busy = (progress: string): void => {
      if (before.kind === 'compared') show({ ...before, asked: role, progress }, other);
    };
    busy('Comparing with base and new run exchanged …');
    return attempt(async (turn) => {
      const comparison = await compared(other, role, turn);
      return () => show({ kind: 'compared', comparison, role, file: other.name }, other);
    }, busy);
  };

  show({ kind: 'empty' }, null);
  acceptDrops(page, (files) => {
    const [file] = files;
    if (files.length === 1 && file !== undefined) return void take(file);
    current.abort();
    show({ kind: 'refused', why: `${files.length} files were dropped. Drop only the one to compare with.` }, null);
    section.scrollIntoView({ block: 'start' });
  });
}

type Other = { readonly name: string; readonly run: ReadRun };

async function readOther(file: File, turn: YieldToMain): Promise<Other> {
  const { name, results, analysis } = await readDropped(file);
  const analysed = analysis === undefined ? null : analysedRun(results, analysis);
  if (analysed === null && hasNoHistograms(results)) {
    throw new Unusable(
      `${name} has no histograms, and verdicts are computed from them. Drop the results.json that the run wrote.`,
    );
  }
  const share = (done: number) => turn(() => `Reading ${name}: ${Math.floor(done * 100)} %`);
  return { name, run: analysed ?? (await decodeRun({ name, results }, share)) };
}

/** True of the results embedded in a report, and of those downloaded from it. */
const hasNoHistograms = ({ cases }: Results): boolean =>
  cases.some(({ trials }) => trials.some((trial) => trial.state === 'valid')) &&
  cases.every(({ trials }) => trials.every((trial) => trial.state !== 'valid' || trial.latency.response === ''));

async function ownRun(): Promise<ReadRun> {
  const [results, analysis] = await Promise.all([embeddedResults(), embeddedAnalysis()]);
  const own = analysedRun(results, analysis);
  if (own === null) throw new Error('its embedded analysis belongs to another run');
  return own;
}

/** Role of this page's run: the older run is the base; if both are equally old, this page's counts as the newer. */
const roleOf = (own: Results, other: Results): Role =>
  Date.parse(own.startedAt) < Date.parse(other.startedAt) ? 'base' : 'next';

async function compared({ run }: Other, role: Role, turn: YieldToMain): Promise<Comparison> {
  const own = await ownRun();
  const steps = role === 'base' ? comparing(own, run) : comparing(run, own);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    const { done, of } = step.value;
    await turn(() => `Comparing: ${done} of ${of} verdicts`);
  }
}

/** Accepts files dropped anywhere on the page, and shows that it does while they are dragged over it. */
function acceptDrops(page: Document, take: (files: readonly File[]) => void): void {
  const root = page.documentElement;
  const offers = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
  const offered = (yes: boolean): void => {
    root.classList.toggle('drop-offered', yes);
  };
  page.addEventListener('dragover', (event) => {
    if (!offers(event)) return;
    event.preventDefault();
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy';
    offered(true);
  });
  page.addEventListener('dragleave', (event) => {
    // A move from one element of the page to another has a related target; leaving the page has none.
    if (event.relatedTarget === null) offered(false);
  });
  page.addEventListener('drop', (event) => {
    if (!offers(event)) return;
    event.preventDefault();
    offered(false);
    take([...(event.dataTransfer?.files ?? [])]);
  });
}
