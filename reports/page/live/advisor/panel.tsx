import { useEffect, useMemo, useRef, useState } from 'react';
import { advise } from '../../../advice/advise.ts';
import { judgementsOf } from '../../../advice/facts/index.ts';
import type { Advice, Answers, Measured } from '../../../advice/model.ts';
import { type Draft, readDraft } from '../../../advice/questions/draft.ts';
import { negated } from '../../../advice/questions/needs.ts';
import { METRIC } from '../../parts/choices.tsx';
import { embeddedAnalysis, embeddedResults } from '../embedded-data.ts';
import { setState } from '../url-state.ts';
import { chartOf, metricAskedOf } from './charts.ts';
import { Export } from './export.tsx';
import { addressOf, keepDraft, linkedDraft, watchDraft } from './link.ts';
import { Questions } from './questions.tsx';
import { Result } from './result.tsx';
import type { SeriesStyles } from './series-style.tsx';

/** Shows the questions on the left, and the answer on the right. */
type Props = {
  readonly scenarios: readonly string[];
  readonly networks: readonly string[];
  readonly styleOf: SeriesStyles;
};

export function Panel({ scenarios, networks, styleOf }: Props) {
  const [draft, setDraft] = useState(linkedDraft);
  const measured = useEmbedded();
  const { answers, problems } = useMemo(() => readDraft(draft), [draft]);
  const { advice, settled } = useAdvice(measured, answers);
  const change = (next: Draft): void => {
    setDraft(next);
    keepDraft(next);
  };
  useEffect(() => watchDraft(setDraft), []);
  const announced = useDebounced(advice === null ? '' : draft.weighed ? advice.heading : '', ANNOUNCED_AFTER_MS);
  const result = useRef<HTMLElement>(null);
  const questions = useRef<HTMLDivElement>(null);
  const groups = measured?.analysis.groups ?? [];
  const ids = (measured?.results.transports ?? []).filter(({ floor }) => !floor).map(({ id }) => id);
  const families = [...new Set(ids)].filter((id) => judgementsOf(id) !== undefined);
  return (
    <div className="advisor-columns" ref={questions}>
      <Questions
        draft={draft}
        problems={problems}
        scenarios={scenarios}
        networks={networks}
        families={families}
        change={change}
      />
      {announced === '' ? null : (
        <button
          type="button"
          className="advisor-jump"
          onClick={() => result.current?.scrollIntoView({ block: 'start' })}
        >
          ↓ {announced}
        </button>
      )}
      <section ref={result} className="advisor-result" aria-label="Advice" aria-busy={!settled}>
        <p role="status" className="visually-hidden">
          {announced}
        </p>
        {Object.keys(problems).length > 0 ? (
          <p className="advisor-problem">✕ {Object.values(problems).join(' ')}</p>
        ) : null}
        {advice === null || measured === null ? (
          <p className="quiet">
            {Object.keys(problems).length > 0 ? 'There is no advice until this is corrected.' : 'Calculating…'}
          </p>
        ) : (
          <>
            <Result
              advice={advice}
              weighed={draft.weighed}
              styleOf={styleOf}
              chartOf={(reason) => chartOf(groups, reason, (anchor) => document.getElementById(anchor) !== null)}
              follow={(reason, chart) => {
                if (chart.endsWith('-intervals')) setState(METRIC, metricAskedOf(groups, reason), 'replace');
              }}
              edit={(transport, criterion) => focusJudgement(questions.current, `${transport}.${criterion}`)}
              turn={(need) =>
                change(
                  need === 'objective'
                    ? { ...draft, objectiveMs: '' }
                    : { ...draft, needs: negated(draft.needs, need) },
                )
              }
            />
            {draft.weighed ? <Export advice={advice} link={() => addressOf(draft)} /> : null}
          </>
        )}
      </section>
    </div>
  );
}

/** Focuses the list with the reader's judgement of a transport, and opens the details around it. */
function focusJudgement(questions: HTMLElement | null, judged: string): void {
  const list = questions?.querySelector<HTMLElement>(`[data-judge="${judged}"]`);
  list?.closest('details')?.setAttribute('open', '');
  list?.focus();
}

const ANNOUNCED_AFTER_MS = 700;

function useEmbedded(): Measured | null {
  const [loaded, setLoaded] = useState<Measured | null>(null);
  useEffect(() => {
    let wanted = true;
    Promise.all([embeddedResults(), embeddedAnalysis()]).then(([results, analysis]) => {
      if (wanted) setLoaded({ results, analysis });
    });
    return () => {
      wanted = false;
    };
  }, []);
  return loaded;
}

/** Draws made while a weight is dragged; all of them are made once it rests. */
const QUICK_DRAWS = 500;
const RESTS_AFTER_MS = 180;

function useAdvice(measured: Measured | null, answers: Answers | null): { advice: Advice | null; settled: boolean } {
  const [state, setState] = useState<{ advice: Advice; answers: Answers; settled: boolean } | null>(null);
  useEffect(() => {
    if (measured === null || answers === null) return;
    const make = (settled: boolean, draws?: number) =>
      setState({ advice: advise(measured, answers, draws === undefined ? {} : { draws }), answers, settled });
    // The timeout lets the browser paint the moved control first.
    const quick = setTimeout(() => make(false, QUICK_DRAWS));
    const all = setTimeout(() => make(true), RESTS_AFTER_MS);
    return () => {
      clearTimeout(quick);
      clearTimeout(all);
    };
  }, [measured, answers]);
  if (answers === null || state === null) return { advice: null, settled: answers === null };
  return { advice: state.advice, settled: state.settled && state.answers === answers };
}

function useDebounced(text: string, ms: number): string {
  const [kept, keepText] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => keepText(text), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return kept;
}
