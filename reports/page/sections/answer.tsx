import { Fragment, type ReactNode } from 'react';
import { COVERED_BY } from '../../analysis/figures/field-answers.ts';
import { limitsOf } from '../../analysis/sentences.ts';
import { share } from '../../model/format.ts';
import type { Analysis, Group, Sentence, Tiers } from '../../model/model.ts';
import { type Absent, ICONS } from '../../model/verdict.ts';
import { Name, Phrases, Prose, Swatch, unbroken } from '../parts/parts.tsx';
import { ADVISOR, areSideBySide, MAX_LISTED, sectionId } from '../parts/sections.ts';
import type { SeriesStyles } from '../parts/series-style.ts';
import { QuestionPicker } from './question-picker.tsx';

type Link = { readonly href: string; readonly text: string };
type Props = { readonly analysis: Analysis; readonly styles: SeriesStyles; readonly next: readonly Link[] };

/** First screen: what to use, how sure that is, and what it leaves open. */
export function Answers({ analysis, styles, next }: Props) {
  const { groups, status, wire } = analysis;
  const advised = next.some(({ href }) => href === `#${ADVISOR}`);
  const few = areSideBySide(groups);
  return (
    <section id="answer" className="answers" aria-label="Answer">
      <QuestionPicker groups={groups} />
      {groups.length === 0 ? (
        <h1>{wire.length > 0 ? ONLY_WIRE : 'No case was measured, so there is no answer.'}</h1>
      ) : null}
      <div className={few && groups.length > 1 ? 'answer-grid' : 'answer-grid answer-single'}>
        {groups.slice(0, few ? groups.length : 1).map((group, index) => (
          <Answer key={group.id} group={group} index={index} styles={styles} withLimits={!few} advised={advised} />
        ))}
      </div>
      {few && !(status.kind === 'invalid' && groups.length === 0) ? (
        <dl className="facts-of-answer not-covered">
          <Limits groups={groups} />
        </dl>
      ) : null}
      <FieldAnswers analysis={analysis} />
      {next.length === 0 ? null : (
        <p className="next-steps">
          {next.map(({ href, text }) => (
            <Fragment key={href}>
              <a className="button" href={href}>
                {text}
              </a>{' '}
            </Fragment>
          ))}
        </p>
      )}
      {few ? null : <OtherQuestions groups={groups} />}
    </section>
  );
}

/** Heading of a run without verdicts: a formula holds or it does not. */
const ONLY_WIRE = 'Bytes on the wire: theory beside measurement.';

type AnswerProps = {
  readonly group: Group;
  readonly index: number;
  readonly styles: SeriesStyles;
  /** True where no other answer stands beside it to share the limits. */
  readonly withLimits: boolean;
  /** True if the page has the advisor, which weighs what the reader asks for. */
  readonly advised: boolean;
};

/** Number of leaders up to which the heading is large; with more it would push what follows off the first screen. */
const MAX_LEADERS = 5;

export function Answer({ group, index, styles, withLimits, advised }: AnswerProps) {
  const [opening, ...claim] = group.answer;
  const Heading = index === 0 ? 'h1' : 'h2';
  const leaders = group.tiers.kind === 'tiered' ? (group.tiers.tiers[0]?.length ?? 0) : 0;
  return (
    <article className="answer" data-answer={index + 1}>
      <Heading className={leaders > MAX_LEADERS ? 'claim claim-long' : 'claim'}>
        <a className="question" href={`#${sectionId(index)}`}>
          {unbroken(opening?.text ?? '')}
        </a>{' '}
        <span className="claim-text">
          <Phrases sentence={claim} />
        </span>
      </Heading>
      {group.tieBreak.length === 0 ? null : (
        <p className="tie-break">
          <Phrases sentence={group.tieBreak} />
        </p>
      )}
      <TierStrip tiers={group.tiers} unsupported={group.unsupported} styles={styles} />
      <dl className="facts-of-answer certainty">
        <Fact name="How sure, by measurement" sentence={group.certainty} />
        <Fact name="How sure, by preference" sentence={group.preference}>
          {advised ? <a href={`#${ADVISOR}`}>Weigh it yourself</a> : null}
        </Fact>
        {withLimits ? <Limits groups={[group]} /> : null}
      </dl>
    </article>
  );
}

type FactProps = { readonly name: string; readonly sentence: Sentence; readonly children?: ReactNode };

const Fact = ({ name, sentence, children }: FactProps) => (
  <div>
    <dt>{name}:</dt>
    <dd>
      <Phrases sentence={sentence} /> {children}
    </dd>
  </div>
);

const Limits = ({ groups }: { groups: readonly Group[] }) =>
  limitsOf(groups).map((limit) => (
    <div key={limit} className="limits">
      <dt>Not covered:</dt>
      <dd>{limit}</dd>
    </div>
  ));

/** List of all answers, one line each; a long list is folded, so that the tables of the first stay near. */
function OtherQuestions({ groups }: { groups: readonly Group[] }) {
  const lines = (
    <ol className="questions">
      {groups.map(({ id, title, answer: [, ...claim] }, index) => (
        <li key={id}>
          <a href={`#${sectionId(index)}`}>{unbroken(title)}:</a>{' '}
          <span>
            <Phrases sentence={claim} />
          </span>
        </li>
      ))}
    </ol>
  );
  return (
    <section id="questions" className="other-questions" aria-labelledby="questions-title">
      <h2 id="questions-title">{groups.length === 2 ? 'Both' : `All ${groups.length}`} questions, one line each</h2>
      {groups.length <= MAX_LISTED ? (
        lines
      ) : (
        <details>
          <summary>Show the {groups.length} answers</summary>
          {lines}
        </details>
      )}
    </section>
  );
}

/** Answers for a mobile network and after a fault, whatever question is chosen; what the run does not cover has its command. */
function FieldAnswers({ analysis: { field, groups } }: Pick<Props, 'analysis'>) {
  if (field.length === 0) return null;
  return (
    <dl className="facts-of-answer field-answers">
      {field.map((one) => {
        const { id, title, condition, sentence, command, group } = one;
        const index = groups.findIndex((each) => each.id === group);
        return (
          <div key={id} data-field={id}>
            <dt>{title}:</dt>
            <dd>
              {condition === null ? null : (
                <>
                  <a href={`#${sectionId(index)}`}>{unbroken(condition)}</a>:{' '}
                </>
              )}
              <Phrases sentence={sentence} />
              {command === null ? null : (
                <>
                  {' '}
                  {COVERED_BY} <code>{command}</code>
                </>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

type TierStripProps = Pick<Group, 'unsupported'> & { readonly tiers: Tiers; readonly styles: SeriesStyles };

function TierStrip({ tiers, unsupported, styles }: TierStripProps) {
  const cards = tiers.kind === 'tiered' ? tiers.tiers : [];
  const [unknown, bounded] = [false, true].map((limited) => tiers.untested.filter((one) => one.bounded === limited));
  const incapable = WORDS.flatMap((word) =>
    [
      ...Map.groupBy(
        unsupported.filter((one) => one.word === word),
        ({ reason }) => reason,
      ),
    ].map(([reason, those]) => ({ word, reason, those })),
  );
  if (cards.length + tiers.untested.length + incapable.length === 0) return null;
  return (
    <ul className="tiers" aria-label="Tiers">
      {cards.map((entries, tier) => (
        <li key={entries[0]?.caseId} className={tier === 0 ? 'tier tier-top' : 'tier'}>
          <span className="tier-name">Tier {tierLetter(tier)}</span>
          {entries.map(({ caseId, name, topShare }) => (
            <span key={caseId} className="chip">
              <Swatch style={styles(name)} />
              <Name>{name}</Name>
              {tier === 0 && topShare !== null && cards.length > 1 ? <small> {share(topShare)}</small> : null}
            </span>
          ))}
        </li>
      ))}
      {[unknown ?? [], bounded ?? []].map((those) =>
        those.length === 0 ? null : (
          <li key={String(those[0]?.bounded)} className="tier tier-untested">
            <span className="tier-name">∅ Not testable{those[0]?.bounded === true ? ', a lower bound' : ''}</span>
            {those.map(({ name }) => (
              <span key={name} className="chip">
                <Swatch style={styles(name)} />
                <Name>{name}</Name>
              </span>
            ))}
          </li>
        ),
      )}
      {incapable.map(({ word, reason, those }) => (
        <li key={`${word} ${reason}`} className="tier tier-untested">
          <span className="tier-name">
            {ICONS[word]} {ABSENCES[word]}
          </span>
          {those.map(({ name }) => (
            <span key={name} className="chip">
              {' '}
              <Name>{name}</Name>
            </span>
          ))}
          <small>
            {' '}
            <Prose>{inShort(reason)}</Prose>
          </small>
        </li>
      ))}
    </ul>
  );
}

/** Reason without what follows a semicolon, which says how to mend it and stands in the table. */
const inShort = (reason: string): string => reason.split('; ')[0] ?? reason;

const WORDS = ['not supported', 'unavailable'] as const;
const ABSENCES: Readonly<Record<Absent['word'], string>> = {
  'not supported': 'Cannot do this',
  unavailable: 'Not available here',
};

/** Letter of a tier: A, B, … Z, then numbers. A run that needs numbers has other troubles. */
const tierLetter = (tier: number): string => (tier < 26 ? String.fromCharCode(65 + tier) : String(tier + 1));
