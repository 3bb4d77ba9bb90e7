import { Fragment } from 'react';
import { factText, isQualified, type Level } from '../../../advice/facts/shape.ts';
import type {
  Advice,
  CellTag,
  CriterionCell,
  NeedCell,
  NeedFlip,
  Option,
  Reason,
  Share,
} from '../../../advice/model.ts';
import { type CriterionId, criterionOf } from '../../../advice/questions/criteria.ts';
import { needOf } from '../../../advice/questions/needs.ts';
import {
  affectedText,
  certaintiesOf,
  closeText,
  flipText,
  hasChanges,
  lackText,
  MEASURE_LABEL,
  measuredAloneText,
  needFlipText,
  noneLeftText,
  unmeasuredText,
} from '../../../advice/words.ts';
import { integer, ratio, share } from '../../../model/format.ts';
import { Name, Prose, Scroll, unbroken } from '../../parts/parts.tsx';
import { type SeriesStyles, Swatch } from './series-style.tsx';

export type Shown = {
  readonly advice: Advice;
  /** True once the reader has given weights, so that costs and results may be shown. */
  readonly weighed: boolean;
  readonly styleOf: SeriesStyles;
  /** Anchor of the chart that shows a reason's figure. */
  readonly chartOf: (reason: Reason) => string | null;
  /** Switches a chart to a reason's figure before the link to it is followed. */
  readonly follow: (reason: Reason, chart: string) => void;
  readonly turn: (need: NeedFlip['need']) => void;
  /** Focuses the control that changes a judgement. */
  readonly edit: (transport: string, criterion: CriterionId) => void;
};

/** Answer to the questions: the recommendation, its certainty, its reasons, and what would change it. */
export function Result(shown: Shown) {
  const { advice, weighed } = shown;
  if (!weighed) return <Filtered {...shown} />;
  const { heading, tieBreaker, load, field, notCovered, outcome, warnings } = advice;
  const close = closeText(advice);
  return (
    <>
      <h3 className={`advisor-heading outcome-${outcome.replaceAll(' ', '-')}`}>
        <Name>{heading}</Name>
      </h3>
      {tieBreaker === null ? null : (
        <p className="advisor-tie">
          <strong>What would settle it:</strong> {tieBreaker}
        </p>
      )}
      {close === null ? null : <p>{close}</p>}
      <p className="advisor-load-text">
        <Prose>{field.text === null ? load.text : `${load.text} ${field.text}`}</Prose>
      </p>
      <HowSure {...shown} />
      <Options {...shown} />
      <RuledOut {...shown} />
      <Unmeasured advice={advice} />
      <Changes {...shown} />
      <Cells {...shown} />
      {notCovered === null ? null : (
        <p className="note">
          <strong>Not covered:</strong> {notCovered}
        </p>
      )}
      {warnings.length === 0 ? null : (
        <details>
          <summary>{warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`}</summary>
          <ul className="warnings">
            {warnings.map((text) => (
              <li key={text}>
                <Prose>{text}</Prose>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** Options that meet the needs. No figure is shown until the reader has given weights. */
function Filtered(shown: Shown) {
  const { options } = shown.advice;
  const able = options.filter((option) => !isOut(option));
  return (
    <>
      <h3 className="advisor-heading">
        {able.length} of {options.length} options meet these needs.
      </h3>
      <p>
        Choose a use or set your weights to see which option does best, and how certain that is. Weights come before the
        result, so that no favourite can influence them.
      </p>
      <ul className="advisor-names">
        {able.map(({ name, needs }) => (
          <li key={name}>
            <Swatch style={shown.styleOf(name)} /> <Name>{name}</Name>
            {conditionsOf(needs).length === 0 ? null : (
              <small className="advisor-quiet">{conditionsOf(needs).join('; ')}</small>
            )}
          </li>
        ))}
      </ul>
      <RuledOut {...shown} />
      <Unmeasured advice={shown.advice} />
    </>
  );
}

const isOut = ({ needs }: Option): boolean => needs.some(({ value }) => value === 'no');
const conditionsOf = (needs: readonly NeedCell[]): string[] => needs.filter(isQualified).map(factText);

function HowSure({ advice, styleOf }: Shown) {
  const { robustness, recommended } = advice;
  if (recommended.length === 0) return null;
  const sure = certaintiesOf(advice);
  return (
    <div className="advisor-sure">
      <p>
        <strong>Measurement:</strong> {unbroken(sure.measurement)}
      </p>
      <p>
        <strong>Preference:</strong> {unbroken(sure.preference)}
      </p>
      {robustness === null ? null : <StackedBar shares={robustness.both} draws={robustness.draws} styleOf={styleOf} />}
    </div>
  );
}

/** Smallest share of the bar that is drawn; a smaller one would be a mere line. */
const MIN_DRAWN = 0.005;

/** Smallest share of the bar with room for a name. */
const MIN_LABELLED = 0.12;

type BarProps = Pick<Shown, 'styleOf'> & { readonly shares: readonly Share[]; readonly draws: number };

function StackedBar({ shares, draws, styleOf }: BarProps) {
  const parts = shares.filter(({ share: won }) => won >= MIN_DRAWN);
  return (
    <figure className="advisor-both">
      <figcaption>
        <strong>Both together:</strong> how often each comes first in {integer(draws)} draws of trials and weights. The
        mark shows the 70 % that a recommendation needs.
      </figcaption>
      <div className="advisor-bar" aria-hidden="true">
        {parts.map(({ name, share: won }) => (
          <span
            key={name}
            className={`advisor-part family-${styleOf(name).family}`}
            style={{ width: `${(won * 100).toFixed(2)}%` }}
          >
            {won < MIN_LABELLED ? '' : name}
          </span>
        ))}
      </div>
      <ul className="advisor-names">
        {parts.map(({ name, share: won }) => (
          <li key={name}>
            <Swatch style={styleOf(name)} /> <Name>{name}</Name> {share(won)}
          </li>
        ))}
      </ul>
    </figure>
  );
}

function Options(shown: Shown) {
  const able = shown.advice.options.filter((option) => !isOut(option));
  const { unjudged } = shown.advice;
  return (
    <>
      <ul className="advisor-options">
        {able.map((option) => (
          <OneOption key={option.name} option={option} shown={shown} />
        ))}
      </ul>
      {unjudged.length === 0 ? null : (
        <p className="note">
          Not judged:{' '}
          {unjudged.map(({ name, reason }, index) => (
            <Fragment key={name}>
              {index === 0 ? '' : '; '}
              <Name>{name}</Name> (<Prose>{reason}</Prose>)
            </Fragment>
          ))}
        </p>
      )}
    </>
  );
}

/** Rating of an option. Its key is the rating: Chromium keeps the style of a node whose class changes as it is moved. */
const Badge = ({ rating }: Pick<Option, 'rating'>) => (
  <span className={`advisor-rating rated-${(rating ?? 'none').toLowerCase().replace(' ', '-')}`}>
    {rating ?? 'Possible'}
  </span>
);

function OneOption({ option, shown }: { option: Option; shown: Shown }) {
  const { name, title, rating, because, reasons, needs } = option;
  const first = shown.advice.recommended.includes(name);
  const conditions = needs.filter(isQualified);
  const more = [
    ...reasons.map((reason) => <OneReason key={reason.text} reason={reason} shown={shown} />),
    ...conditions.map((cell) => (
      <li key={cell.need}>
        <span aria-hidden="true">◐</span> {nameOf(cell.need)}: {factText(cell)} <Cited cell={cell} />
      </li>
    )),
  ];
  return (
    <li className="advisor-option">
      <p className="advisor-option-line">
        <Badge key={rating} rating={rating} /> <Swatch style={shown.styleOf(name)} />{' '}
        <strong>
          <Name>{name}</Name>
        </strong>{' '}
        <small>
          <Name>{title}</Name>
        </small>
      </p>
      <p className="advisor-because">{unbroken(because)}</p>
      {more.length === 0 ? null : first ? (
        <ul className="advisor-reasons">{more}</ul>
      ) : (
        <details>
          <summary>
            Reasons<span className="visually-hidden"> for {name}</span>
          </summary>
          <ul className="advisor-reasons">{more}</ul>
        </details>
      )}
    </li>
  );
}

function OneReason({ reason, shown }: { reason: Reason; shown: Shown }) {
  const { speaks, text, tag, source } = reason;
  const chart = shown.chartOf(reason);
  return (
    <li>
      <span aria-hidden="true">{SIGNS[speaks]}</span>
      <span className="visually-hidden">{SPEAKS[speaks]}</span>{' '}
      {chart === null ? (
        text
      ) : (
        <a href={`#${chart}`} onClick={() => shown.follow(reason, chart)}>
          {unbroken(text)}
        </a>
      )}{' '}
      {source === null ? <TagOf tag={tag} /> : <Cited cell={{ source, tag }} />}
    </li>
  );
}

const SIGNS = { for: '+', against: '−', neither: '·' } as const;
const SPEAKS = { for: 'For it: ', against: 'Against it: ', neither: 'Neither for nor against: ' } as const;

const nameOf = (need: NeedCell['need']): string => (need === 'objective' ? 'objective' : needOf(need).name);

const TagOf = ({ tag }: { tag: CellTag }) => <small className={`tag tag-${tag}`}>{tag}</small>;

/** Source of a fact. Clauses link to the web; this repository's own documents have no address here. */
const Cited = ({ cell: { source, tag } }: { cell: Pick<Reason, 'tag'> & Pick<NeedCell, 'source'> }) => (
  <>
    {source.url.startsWith('https:') ? (
      <a href={source.url} rel="noreferrer">
        {source.clause}
      </a>
    ) : (
      <cite>{source.clause}</cite>
    )}{' '}
    <TagOf tag={tag} />
  </>
);

/** Lists the options that a need rules out, with that need and the source of the fact. */
function RuledOut({ advice }: Shown) {
  const out = advice.options.flatMap((option) => {
    const cell = option.needs.find(({ value }) => value === 'no');
    return cell === undefined ? [] : [{ name: option.name, cell }];
  });
  if (out.length === 0) return null;
  return (
    <div className="advisor-out">
      <h4>Ruled out</h4>
      <ul>
        {out.map(({ name, cell }) => (
          <li key={name}>
            <s>
              <Name>{name}</Name>
            </s>
            <span className="visually-hidden"> is ruled out</span> by <strong>{nameOf(cell.need)}</strong>: {cell.note}{' '}
            <Cited cell={cell} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Unmeasured({ advice: { unmeasured, measure, field } }: { advice: Advice }) {
  return (
    <>
      {unmeasured.length === 0 ? null : (
        <div className="advisor-out">
          <h4>Not measured in this run, but meeting the needs by the facts alone</h4>
          <ul>
            {unmeasured.map((one) => (
              <li key={one.name}>
                {one.name} {unmeasuredText(one)}
              </li>
            ))}
          </ul>
        </div>
      )}
      {measure === null ? null : (
        <p>
          {MEASURE_LABEL}: <code className="advisor-command">{measure}</code>
        </p>
      )}
      {field.lacks.map(({ what, command }) => (
        <p key={what} className="note">
          {lackText(what)}: <code className="advisor-command">{command}</code>
        </p>
      ))}
    </>
  );
}

function Changes({ advice, turn }: Shown) {
  const { sensitivity } = advice;
  const flip = flipText(advice);
  const { needs, next, measuredAlone } = sensitivity;
  if (!hasChanges(advice)) return null;
  const others = needs.filter(({ winner }) => winner !== null);
  const none = noneLeftText(sensitivity);
  return (
    <div className="advisor-changes">
      <h4>What would change it</h4>
      {next === null ? null : (
        <p>
          Next best:{' '}
          <strong>
            <Name>{next}</Name>
          </strong>
        </p>
      )}
      {flip === null ? null : <p>{unbroken(flip)}</p>}
      {measuredAlone === null ? null : <p>{measuredAloneText(measuredAlone)}</p>}
      {others.length === 0 ? (
        <p>No change of a single need would put another option first.</p>
      ) : (
        <>
          <p>Changes of one need that would put another option first, the most decisive at the top:</p>
          <ul className="advisor-tornado">
            {others.map((flip) => (
              <li key={flip.need}>
                <span>
                  {needFlipText(flip)}
                  <small>
                    <svg viewBox="0 0 100 10" width="100" height="10" preserveAspectRatio="none" aria-hidden="true">
                      <rect className="advisor-all" x="0" y="1" height="8" width="100" />
                      <rect
                        className="advisor-fates"
                        x="0"
                        y="1"
                        height="8"
                        width={(flip.fates / flip.options) * 100}
                      />
                    </svg>{' '}
                    {affectedText(flip)}
                  </small>
                </span>
                <button type="button" aria-label={`Try it: ${needFlipText(flip)}`} onClick={() => turn(flip.need)}>
                  Try it
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {none === null ? null : <p className="note">{none}</p>}
    </div>
  );
}

/** Table of all weighed figures, each with its source. */
function Cells({ advice: { options, criteria }, edit }: Shown) {
  const judged = options.filter(({ cells }) => cells.length > 0);
  if (judged.length === 0) return null;
  return (
    <details>
      <summary>Every figure that was weighed</summary>
      <Scroll label="Every figure that was weighed">
        <table className="advisor-cells">
          <thead>
            <tr>
              <th scope="col">Transport</th>
              <th scope="col" className="number">
                Cost
              </th>
              {criteria.map(({ id, name, tag, weight, dropped }) => (
                <th key={id} scope="col">
                  {name} <TagOf tag={tag} />
                  <small>{dropped === null ? `weight ${share(weight)}` : dropped}</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {judged.map(({ name, transport, fit, cells }) => (
              <tr key={name}>
                <th scope="row">
                  <Name>{name}</Name>
                </th>
                <td className="number">{fit === null ? '—' : ratio(fit)}</td>
                {criteria.map(({ id }) => {
                  const cell = cells.find(({ criterion }) => criterion === id);
                  if (cell === undefined) return <td key={id}>—</td>;
                  return cell.level === null ? (
                    <FigureCell key={id} cell={cell} />
                  ) : (
                    <LevelCell key={id} cell={cell} level={cell.level} of={transport} edit={edit} />
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}

const FigureCell = ({ cell: { figure, ratio: times, reference } }: { cell: CriterionCell }) => (
  <td>
    {unbroken(figure)}
    {times === null ? null : (
      <small>
        {ratio(times)} {reference === 'best' ? 'the best' : 'the objective'}
      </small>
    )}
  </td>
);

type LevelCellProps = Pick<Shown, 'edit'> & {
  readonly cell: CriterionCell;
  readonly level: Level;
  readonly of: string;
};

/** Cell of a judgement, with a button that leads to where the reader can change it. */
const LevelCell = ({ cell: { criterion, figure, tag, ratio: times }, level, of, edit }: LevelCellProps) => (
  <td className="advisor-judged">
    {level} of 3{times === null ? null : `, ${ratio(times)} the best`} <TagOf tag={tag} />{' '}
    <button
      type="button"
      aria-label={`Change: ${of}, ${criterionOf(criterion).name}`}
      onClick={() => edit(of, criterion)}
    >
      Change
    </button>
    <small>{figure}</small>
  </td>
);
