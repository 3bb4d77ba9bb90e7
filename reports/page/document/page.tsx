import { Fragment, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { NO_NETWORK } from '../../../bench/results/dimensions.ts';
import { withoutReplaced } from '../../../bench/results/reruns.ts';
import type { Case, Results } from '../../../bench/results/schema.ts';
import { hasDeliveries } from '../../analysis/figures/deliveries.ts';
import { reportOf } from '../../kinds/lookup.ts';
import type { FigureId } from '../../kinds/shape.ts';
import type { Analysis, Group } from '../../model/model.ts';
import { BrowserFigure } from '../figures/browser-figure.tsx';
import { CurveFigure } from '../figures/curve-figure.tsx';
import { DistributionFigure } from '../figures/distribution-figure.tsx';
import { EffortFigure } from '../figures/effort-figure.tsx';
import { FrontierFigure } from '../figures/frontier-figure.tsx';
import { GrowthFigure } from '../figures/growth-figure.tsx';
import { HerdFigure } from '../figures/herd-figure.tsx';
import { InTimeFigure } from '../figures/in-time-figure.tsx';
import { IntervalFigure } from '../figures/interval-figure.tsx';
import { LoadFigure } from '../figures/load-figure.tsx';
import { NeighboursFigure } from '../figures/neighbours-figure.tsx';
import { ProxyFigure } from '../figures/proxy-figure.tsx';
import { RecoveryFigure } from '../figures/recovery-figure.tsx';
import { hasSweeps, SweepSection } from '../figures/sweep-figures.tsx';
import { TimeFigure } from '../figures/time-figure.tsx';
import { TripsFigure } from '../figures/trips-figure.tsx';
import { IdleCostFigure, WireCostFigure } from '../figures/wire-cost-figure.tsx';
import { Warnings } from '../parts/parts.tsx';
import { ADVISOR, areSideBySide, figureId, MAX_LISTED, sectionId, trialsId } from '../parts/sections.ts';
import { markerPath, type SeriesStyles, styleSeries } from '../parts/series-style.ts';
import { canAdvise } from '../sections/advisor/facts.ts';
import { AdvisorSection } from '../sections/advisor/section.tsx';
import { Answer, Answers } from '../sections/answer.tsx';
import { DataSection } from '../sections/data-section.tsx';
import { DecisionTable } from '../sections/decision-table.tsx';
import { DeliveriesSection } from '../sections/deliveries-section.tsx';
import { ExpertTable } from '../sections/expert-table.tsx';
import { Banners, Header } from '../sections/header.tsx';
import { KeysDialog } from '../sections/keys.tsx';
import { MicroSection } from '../sections/micro-section.tsx';
import { hasNetworks, NetworksSection } from '../sections/networks-section.tsx';
import { shortTitle } from '../sections/question-picker.tsx';
import { ValidityCard } from '../sections/trials.tsx';
import { TrustSection } from '../sections/trust-section.tsx';
import { WireSection } from '../sections/wire-section.tsx';

export { renderComparisonBody, renderComparisonTitle } from '../comparison/comparison-page.tsx';

/** Renders the title. This module is bundled, and `render.ts` puts title and body into a document. */
export const renderTitle = ({ plan, id }: Results): string =>
  renderToStaticMarkup(<title>{`Wirebench: ${plan.scenarios.join(', ')} · ${id}`}</title>);

export const renderBody = (results: Results, analysis: Analysis, sha256: string): string =>
  renderToStaticMarkup(<Page results={results} analysis={analysis} sha256={sha256} />);

type PageProps = { readonly results: Results; readonly analysis: Analysis; readonly sha256: string };

function Page({ results, analysis, sha256 }: PageProps) {
  const styles = styleSeries(results);
  const parts = partsOf({ results, analysis, sha256 }, styles);
  const next = NEXT_STEPS.filter(({ id }) => parts.some((part) => part.id === id));
  return (
    <body>
      <a className="skip" href="#answer">
        Skip to the answer
      </a>
      <Swatches styles={styles} />
      <Header results={results} analysis={analysis} />
      <Banners analysis={analysis} />
      <div className="frame">
        <Navigation entries={entriesOf(analysis.groups, parts)} />
        <main>
          <Answers analysis={analysis} styles={styles} next={next.map(({ id, text }) => ({ href: `#${id}`, text }))} />
          {analysis.groups.map((group, index) => (
            <Question
              key={group.id}
              groups={analysis.groups}
              index={index}
              cases={withoutReplaced(results).cases}
              styles={styles}
              advised={next.some(({ id }) => id === ADVISOR)}
            />
          ))}
          {parts.map(({ id, body }) => (
            <Fragment key={id}>{body}</Fragment>
          ))}
        </main>
      </div>
      <KeysDialog />
    </body>
  );
}

/** Symbols of all styles, which `Swatch` refers to. */
const Swatches = ({ styles }: { styles: SeriesStyles }) => (
  <svg className="swatches" width="0" height="0" aria-hidden="true">
    {styles.all.map((style) => (
      <symbol key={style.symbolId} id={style.symbolId} viewBox="-14 -7 28 14">
        <g className={`family-${style.family}`}>
          <line className="series-line" x1="-13" x2="13" strokeDasharray={style.dash} />
          <path className="series-mark" d={markerPath(style, 46)} />
        </g>
      </symbol>
    ))}
  </svg>
);

type NavigationEntry = { readonly id: string; readonly title: string };

/** Links to sections, at the left of a wide screen or in a bar at the top of a narrow one; the script marks where the reader is. */
const Navigation = ({ entries }: { entries: readonly NavigationEntry[] }) => (
  <nav className="sections" aria-label="Sections">
    <ul>
      {entries.map(({ id, title }) => (
        <li key={id}>
          <a href={`#${id}`}>{title}</a>
        </li>
      ))}
    </ul>
  </nav>
);

/** Section behind the questions, with its own id. */
type Part = NavigationEntry & { readonly body: ReactNode };

/** Sections in the order of the page; one that is missing has no place in the navigation and no link to it. */
const partsOf = ({ results, analysis, sha256 }: PageProps, styles: SeriesStyles): Part[] => [
  ...only(canAdvise(analysis), {
    id: ADVISOR,
    title: 'Advisor',
    body: <AdvisorSection results={results} analysis={analysis} styles={styles} />,
  }),
  ...only(hasNetworks(results), {
    id: 'networks',
    title: 'Networks',
    body: <NetworksSection results={withoutReplaced(results)} groups={analysis.groups} styles={styles} />,
  }),
  ...only(hasSweeps(analysis), {
    id: 'scale',
    title: 'From small to large',
    body: <SweepSection groups={analysis.groups} wire={analysis.wire} styles={styles} />,
  }),
  ...only(hasDeliveries(results), {
    id: 'deliveries',
    title: 'Deliveries',
    body: <DeliveriesSection cases={withoutReplaced(results).cases} groups={analysis.groups} styles={styles} />,
  }),
  ...only(analysis.wire.length > 0, { id: 'wire', title: 'Wire', body: <WireSection rows={analysis.wire} /> }),
  ...only(analysis.micro.length > 0, {
    id: 'micro',
    title: 'Protocol work',
    body: <MicroSection views={analysis.micro} />,
  }),
  ...only(analysis.warnings.length > 0, {
    id: 'warnings',
    title: 'Warnings',
    body: <Warnings warnings={analysis.warnings} />,
  }),
  { id: 'compare', title: 'Compare', body: <CompareSection /> },
  { id: 'trust', title: 'Can I trust this?', body: <TrustSection results={results} analysis={analysis} /> },
  { id: 'data', title: 'Raw data', body: <DataSection results={results} analysis={analysis} sha256={sha256} /> },
];

const only = (there: boolean, part: Part): Part[] => (there ? [part] : []);

/** Links to what a reader may want after the answer. */
const NEXT_STEPS = [
  { id: ADVISOR, text: 'Ask the advisor' },
  { id: 'compare', text: 'Compare with a baseline' },
  { id: 'trust', text: 'Can I trust this?' },
] as const;

/** Entries of the navigation; many questions share one, which leads to their list. */
function entriesOf(groups: readonly Group[], parts: readonly Part[]): NavigationEntry[] {
  const questions =
    groups.length > MAX_LISTED
      ? [{ id: 'questions', title: `${groups.length} questions` }]
      : groups.map((group, index) => ({ id: sectionId(index), title: shortTitle(group, groups) }));
  return [{ id: 'answer', title: 'Answer' }, ...questions, ...parts];
}

type QuestionProps = Omit<KindFiguresProps, 'group'> & {
  readonly groups: readonly Group[];
  readonly advised: boolean;
};

function Question({ groups, index, cases, styles, advised }: QuestionProps) {
  const group = groups[index];
  if (group === undefined) return null;
  return (
    <section
      id={sectionId(index)}
      className="block question-section"
      data-question={index + 1}
      data-network={groups.some(({ question }) => question.network !== NO_NETWORK) ? group.question.network : undefined}
    >
      <h2 className="question-title">{group.title}</h2>
      {areSideBySide(groups) ? null : (
        <div className="answer-home">
          {index === 0 ? null : <Answer group={group} index={index} styles={styles} advised={advised} withLimits />}
        </div>
      )}
      <DecisionTable group={group} styles={styles} />
      <div className="figures">
        <KindFigures group={group} index={index} cases={cases} styles={styles} />
        <ValidityCard group={group} styles={styles} trialsId={trialsId(index)} />
      </div>
      <ExpertTable group={group} />
    </section>
  );
}

type KindFiguresProps = {
  readonly group: Group;
  readonly index: number;
  readonly cases: readonly Case[];
  readonly styles: SeriesStyles;
};

const FIGURES: Readonly<Record<FigureId, (props: FigureProps) => ReactNode>> = {
  percentiles: CurveFigure,
  load: LoadFigure,
  intervals: IntervalFigure,
  distribution: DistributionFigure,
  frontier: FrontierFigure,
  time: TimeFigure,
  bytes: WireCostFigure,
  effort: EffortFigure,
  growth: GrowthFigure,
  idle: IdleCostFigure,
  'in-time': InTimeFigure,
  'round-trips': TripsFigure,
  recovery: RecoveryFigure,
  herd: HerdFigure,
  neighbours: NeighboursFigure,
  browser: BrowserFigure,
  proxy: ProxyFigure,
};

type FigureProps = Omit<KindFiguresProps, 'index'> & { readonly id: string };

/** Figures of the group's kind, in an order that puts two of about the same height beside each other. */
function KindFigures({ index, ...props }: KindFiguresProps) {
  return reportOf(props.group.question).figures.map((figure) => {
    const Figure = FIGURES[figure];
    return <Figure key={figure} id={figureId(index, figure)} {...props} />;
  });
}

/** Section in which the script compares another run with this one; the command that does so without a script is in the markup. */
const CompareSection = () => (
  <section id="compare" className="block compare">
    <h2>Compare with another run</h2>
    <p className="lead">
      Was it better before? Two runs are compared by the rule of the verdicts above. Cases that answer different
      questions are shown side by side without a verdict.
    </p>
    <div id="compare-live" className="needs-script" />
    <p className="note">
      In a terminal, also for CI: <code>npm run compare -- base.json new.json --out page.html</code>
    </p>
  </section>
);
