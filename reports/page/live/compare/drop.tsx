import { createRoot } from 'react-dom/client';
import type { Results } from '../../../../bench/results/schema.ts';
import { analysedRun, type ReadRun } from '../../../analysis/readings.ts';
import type { Comparison } from '../../../compare/compare-model.ts';
import { comparing } from '../../../compare/comparing.ts';
import { carriedAnalysis, carriedResults } from '../carried.ts';
import { readRun } from './decoding.ts';
import { readDropped, Unusable } from './dropped.ts';
import { Panel, type PanelState, type Role } from './panel.tsx';
import { type Patience, painted, patiently } from './patience.ts';

/** A second run, dropped on the report or chosen, is held against the report's own, in the page. */
export function dropToCompare(page: Document): void {
  const [section, container] = [page.getElementById('compare'), page.getElementById('compare-live')];
  if (section === null || container === null) return;
  const root = createRoot(container);
  /** What was asked for last; an earlier one is given up. */
  let current = new AbortController();

  let shown: PanelState = { kind: 'empty' };
  const show = (state: PanelState, other: Other | null): void => {
    shown = state;
    root.render(
      <Panel
        state={state}
        onFile={(file) => void take(file)}
        onRole={(role) => other !== null && void hold(other, role)}
        onClose={() => {
          current.abort();
          show({ kind: 'empty' }, null);
        }}
      />,
    );
  };

  /** Does what is asked for, unless something else is asked for meanwhile. */
  const attempt = async (
    work: (patience: Patience) => Promise<() => void>,
    busy = (what: string): void => show({ kind: 'busy', what }, null),
  ): Promise<void> => {
    current.abort();
    const mine = new AbortController();
    current = mine;
    try {
      const done = await work(patiently(busy, mine.signal));
      if (!mine.signal.aborted) done();
    } catch (error) {
      if (mine.signal.aborted) return;
      const why = error instanceof Unusable ? error.message : `this page failed: ${String(error)}`;
      show({ kind: 'refused', why }, null);
    }
  };

  const take = (file: File): Promise<void> => {
    show({ kind: 'busy', what: `Reading ${file.name} …` }, null);
    section.scrollIntoView({ block: 'start' });
    return attempt(async (patience) => {
      await painted();
      const other = await readOther(file, patience);
      const role = roleOf((await ownRun()).results, other.run.results);
      const comparison = await held(other, role, patience);
      return () => show({ kind: 'compared', comparison, role, file: other.name }, other);
    });
  };

  const hold = (other: Other, role: Role): Promise<void> => {
    const before = shown;
    const busy = (what: string): void => {
      if (before.kind === 'compared') show({ ...before, asked: role, what }, other);
    };
    busy('Comparing the other way round …');
    return attempt(async (patience) => {
      const comparison = await held(other, role, patience);
      return () => show({ kind: 'compared', comparison, role, file: other.name }, other);
    }, busy);
  };

  show({ kind: 'empty' }, null);
  acceptDrops(page, (files) => {
    const [file] = files;
    if (files.length === 1 && file !== undefined) return void take(file);
    current.abort();
    show({ kind: 'refused', why: `${files.length} files were dropped: drop one, the run to compare with.` }, null);
    section.scrollIntoView({ block: 'start' });
  });
}

type Other = { readonly name: string; readonly run: ReadRun };

async function readOther(file: File, { turn }: Patience): Promise<Other> {
  const { name, results, analysis } = await readDropped(file);
  const analysed = analysis === undefined ? null : analysedRun(results, analysis);
  if (analysed === null && hasNoHistograms(results)) {
    throw new Unusable(
      `${name} carries no histograms, which verdicts are made from. Drop the results.json that the run wrote.`,
    );
  }
  const share = (done: number) => turn(() => `Reading ${name}: ${Math.floor(done * 100)} %`);
  return { name, run: analysed ?? (await readRun(results, share)) };
}

/** As a report carries its run, and lets it be taken away. */
const hasNoHistograms = ({ cases }: Results): boolean =>
  cases.some(({ trials }) => trials.some((trial) => trial.state === 'valid')) &&
  cases.every(({ trials }) => trials.every((trial) => trial.state !== 'valid' || trial.latency.response === ''));

async function ownRun(): Promise<ReadRun> {
  const [results, analysis] = await Promise.all([carriedResults(), carriedAnalysis()]);
  const own = analysedRun(results, analysis);
  if (own === null) throw new Error('it carries an analysis of another run');
  return own;
}

/** The older run is the base; of two equally old ones this page's is the newer. */
const roleOf = (own: Results, other: Results): Role =>
  Date.parse(own.startedAt) < Date.parse(other.startedAt) ? 'base' : 'next';

async function held({ run }: Other, role: Role, { turn }: Patience): Promise<Comparison> {
  const own = await ownRun();
  const steps = role === 'base' ? comparing(own, run) : comparing(run, own);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    const { done, of } = step.value;
    await turn(() => `Comparing: ${done} of ${of} verdicts`);
  }
}

/** The whole page takes what is dropped on it, and shows that it would. */
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
    // Between two elements of the page there is one that is entered.
    if (event.relatedTarget === null) offered(false);
  });
  page.addEventListener('drop', (event) => {
    if (!offers(event)) return;
    event.preventDefault();
    offered(false);
    take([...(event.dataTransfer?.files ?? [])]);
  });
}
