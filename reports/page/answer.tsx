import { share } from '../analysis/format.ts';
import type { Absent, Analysis, Group, Tiers } from '../analysis/model.ts';
import { limitsOf } from '../analysis/sentences.ts';
import { ICONS } from '../analysis/verdict.ts';
import type { Identities } from './identity.ts';
import { Name, Phrases, Swatch, unbroken } from './parts.tsx';
import { sectionId } from './sections.ts';

/** The first screen: what to use, how sure that is, and what it leaves open. */
export function Answers({ analysis, identities }: { analysis: Analysis; identities: Identities }) {
  const { groups, status, wire } = analysis;
  const limits = limitsOf(groups);
  return (
    <section id="answer" className="answers" aria-label="Answer">
      {groups.length === 0 ? (
        <h1>{wire.length > 0 ? ONLY_WIRE : 'No case was measured: there is no answer.'}</h1>
      ) : null}
      <div className={groups.length === 1 ? 'answer-grid answer-single' : 'answer-grid'}>
        {groups.map((group, index) => (
          <Answer key={group.id} group={group} index={index} identities={identities} />
        ))}
      </div>
      {status.kind === 'invalid' && groups.length === 0 ? null : (
        <div className="not-covered">
          {limits.map((limit) => (
            <p key={limit}>
              <strong>Not covered:</strong> {limit}
            </p>
          ))}
        </div>
      )}
    </section>
  );
}

/** Nothing is better or worse in it: a formula holds or it does not. */
const ONLY_WIRE = 'Bytes on the wire: theory beside measurement.';

function Answer({ group, index, identities }: { group: Group; index: number; identities: Identities }) {
  const [opening, ...claim] = group.answer;
  const Heading = index === 0 ? 'h1' : 'h2';
  return (
    <article className="answer">
      <Heading className="claim">
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
      <TierStrip tiers={group.tiers} unsupported={group.unsupported} identities={identities} />
      <p className="certainty">
        <strong>How sure:</strong>{' '}
        <span className="detail">
          <Phrases sentence={group.certainty} />
        </span>
      </p>
    </article>
  );
}

type TierStripProps = Pick<Group, 'unsupported'> & { readonly tiers: Tiers; readonly identities: Identities };

function TierStrip({ tiers, unsupported, identities }: TierStripProps) {
  const cards = tiers.kind === 'tiered' ? tiers.tiers : [];
  return (
    <ul className="tiers" aria-label="Tiers">
      {cards.map((entries, tier) => (
        <li key={entries[0]?.caseId} className={tier === 0 ? 'tier tier-top' : 'tier'}>
          <span className="tier-name">Tier {tierLetter(tier)}</span>
          {entries.map(({ caseId, name, topShare }) => (
            <span key={caseId} className="chip">
              <Swatch identity={identities(name)} />
              <Name>{name}</Name>
              {tier === 0 && topShare !== null && cards.length > 1 ? <small>{share(topShare)}</small> : null}
            </span>
          ))}
        </li>
      ))}
      {tiers.untested.length === 0 ? null : (
        <li className="tier tier-untested">
          <span className="tier-name">∅ Not testable</span>
          {tiers.untested.map(({ name, bounded }) => (
            <span key={name} className="chip">
              <Swatch identity={identities(name)} />
              <Name>{name}</Name>
              {bounded ? <small>lower bound</small> : null}
            </span>
          ))}
        </li>
      )}
      <AbsentCard title="Cannot do this" word="not supported" absent={unsupported} />
      <AbsentCard title="Not available here" word="unavailable" absent={unsupported} />
    </ul>
  );
}

type AbsentCardProps = {
  readonly title: string;
  readonly word: Absent['word'];
  readonly absent: readonly Absent[];
};

/** What has no figure here, by why: a transport that cannot do it is another thing than a machine that cannot load it. */
function AbsentCard({ title, word, absent }: AbsentCardProps) {
  const those = absent.filter((one) => one.word === word);
  if (those.length === 0) return null;
  return (
    <li className="tier tier-untested">
      <span className="tier-name">
        {ICONS[word]} {title}
      </span>
      {those.map(({ name, reason }) => (
        <span key={name} className="chip">
          <Name>{name}</Name>
          <small>{reason}</small>
        </span>
      ))}
    </li>
  );
}

/** A, B, … Z, then numbers: a run that needs them has other troubles. */
const tierLetter = (tier: number): string => (tier < 26 ? String.fromCharCode(65 + tier) : String(tier + 1));
