import { useId } from 'react';
import { NO_NETWORK } from '../../../../bench/results/dimensions.ts';
import { judgementsOf } from '../../../advice/facts/index.ts';
import { JUDGED, type JudgedCriterion, LEVELS, type Level } from '../../../advice/facts/shape.ts';
import { CRITERIA, type CriterionId } from '../../../advice/questions/criteria.ts';
import { type Draft, EVEN, type Problems, withPreset } from '../../../advice/questions/draft.ts';
import { inOrder } from '../../../advice/questions/judgements.ts';
import { CONTRADICTIONS, NEED_GROUPS, NEEDS, type Need, negated, oppositeOf } from '../../../advice/questions/needs.ts';
import { PRESETS } from '../../../advice/questions/presets.ts';
import { share } from '../../../model/format.ts';

export type Change = (next: Draft) => void;
type Props = {
  readonly draft: Draft;
  readonly problems: Problems;
  readonly scenarios: readonly string[];
  readonly networks: readonly string[];
  /** Transports of the run that the authors have judged. */
  readonly families: readonly string[];
  readonly change: Change;
};

/** Questions about the reader's project. Weights come last, but before any result is shown. */
export function Questions(props: Props) {
  return (
    <form className="advisor-questions" onSubmit={(event) => event.preventDefault()}>
      <Use {...props} />
      <Needs {...props} />
      <Load {...props} />
      <WeightsOf {...props} />
    </form>
  );
}

function Use({ draft, change }: Props) {
  return (
    <fieldset>
      <legend>1. What is it for?</legend>
      <div className="advisor-uses">
        {PRESETS.map(({ id, title }) => (
          <label key={id}>
            <input
              type="radio"
              name="advisor-use"
              checked={draft.preset === id}
              onChange={() => change(withPreset(draft, id))}
            />
            <span>{title}</span>
          </label>
        ))}
        <label>
          <input
            type="radio"
            name="advisor-use"
            checked={draft.preset === null}
            onChange={() => change({ ...draft, preset: null })}
          />
          <span>Something else</span>
        </label>
      </div>
      <p className="note">A use fills in typical needs and weights. Change those that do not fit your project.</p>
    </fieldset>
  );
}

function Needs({ draft, problems, change }: Props) {
  const { needs } = draft;
  const problem = useId();
  return (
    <fieldset aria-describedby={problems.needs === undefined ? undefined : problem}>
      <legend>2. What must it do?</legend>
      {NEED_GROUPS.map(({ of, title }) => (
        <fieldset key={of} className="advisor-needs">
          <legend>{title}</legend>
          {NEEDS.filter((need) => need.of === of && oppositeOf(need.id) === null).map(({ id, name, question }) => (
            <label key={id} title={question}>
              <input
                type="checkbox"
                data-need={id}
                checked={needs.includes(id)}
                onChange={() => change({ ...draft, needs: negated(needs, id) })}
              />
              <span>{name}</span>
              <small className="advisor-about">{question}</small>
            </label>
          ))}
          {CONTRADICTIONS.map(({ both, question }) => {
            const either = NEEDS.filter(({ id }) => both.includes(id));
            return either[0]?.of === of ? (
              <Either key={question} question={question} either={either} draft={draft} change={change} />
            ) : null;
          })}
        </fieldset>
      ))}
      <Problem id={problem} text={problems.needs} />
    </fieldset>
  );
}

type EitherProps = Pick<Props, 'draft' | 'change'> & {
  readonly question: string;
  readonly either: readonly Need[];
};

/** Choice between a need, its opposite, and neither. */
function Either({ question, either, draft, change }: EitherProps) {
  const ids: readonly string[] = either.map(({ id }) => id);
  const others = draft.needs.filter((id) => !ids.includes(id));
  const picked = draft.needs.find((id) => ids.includes(id));
  const group = `advisor-either-${ids[0]}`;
  return (
    <fieldset className="advisor-either">
      <legend>{question}</legend>
      {either.map(({ id, name, question: about }) => (
        <label key={id} title={about}>
          <input
            type="radio"
            name={group}
            data-need={id}
            checked={picked === id}
            onChange={() => change({ ...draft, needs: [...others, id] })}
          />
          <span>{name}</span>
          <small className="advisor-about">{about}</small>
        </label>
      ))}
      <label>
        <input
          type="radio"
          name={group}
          data-need-open={ids[0]}
          checked={picked === undefined}
          onChange={() => change({ ...draft, needs: others })}
        />
        <span>does not matter</span>
      </label>
    </fieldset>
  );
}

function Load({ draft, problems, scenarios, networks, change }: Props) {
  return (
    <fieldset>
      <legend>3. How much?</legend>
      <p className="note">An empty field means the measured value. Your numbers select the nearest measured case.</p>
      <div className="advisor-load">
        <NumberField
          name="clients"
          label="Clients"
          text={draft.clients}
          problem={problems.clients}
          set={(clients) => change({ ...draft, clients })}
        />
        <NumberField
          name="rate"
          label="Messages per second"
          hint="total of all clients; 0 if they are silent"
          text={draft.rate}
          problem={problems.rate}
          set={(rate) => change({ ...draft, rate })}
        />
        <NumberField
          name="size"
          label="Message size, bytes"
          text={draft.size}
          problem={problems.size}
          set={(size) => change({ ...draft, size })}
        />
        <NumberField
          name="slo"
          label={`Maximum p${draft.percentile}, ms`}
          hint="transports shown to exceed it are ruled out"
          text={draft.objectiveMs}
          problem={problems.objective}
          set={(objectiveMs) => change({ ...draft, objectiveMs })}
        />
        <label className="advisor-field">
          <span>Percentile of that maximum</span>
          <select
            className="advisor-input"
            name="advisor-percentile"
            value={String(draft.percentile)}
            onChange={({ currentTarget: { value } }) => change({ ...draft, percentile: value === '50' ? 50 : 99 })}
          >
            <option value="99">p99</option>
            <option value="50">p50</option>
          </select>
        </label>
        {scenarios.length < 2 ? null : (
          <label className="advisor-field">
            <span>Scenario to judge by</span>
            <select
              className="advisor-input"
              name="advisor-scenario"
              value={draft.scenario ?? ''}
              onChange={({ currentTarget: { value } }) => change({ ...draft, scenario: value === '' ? null : value })}
            >
              <option value="">the one nearest to the use</option>
              {scenarios.map((scenario) => (
                <option key={scenario} value={scenario}>
                  {scenario}
                </option>
              ))}
            </select>
          </label>
        )}
        {networks.length < 2 ? null : (
          <label className="advisor-field">
            <span>Network to judge by</span>
            <select
              className="advisor-input"
              name="advisor-network"
              value={draft.network ?? ''}
              onChange={({ currentTarget: { value } }) => change({ ...draft, network: value === '' ? null : value })}
            >
              <option value="">as your needs ask</option>
              {networks.map((network) => (
                <option key={network} value={network}>
                  {network === NO_NETWORK ? 'none, a wire without delay or loss' : network}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
    </fieldset>
  );
}

type NumberProps = {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly text: string;
  readonly problem: string | undefined;
  readonly set: (text: string) => void;
};

function NumberField({ name, label, hint, text, problem, set }: NumberProps) {
  const id = useId();
  return (
    <div className="advisor-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={`advisor-${name}`}
        className="advisor-input"
        inputMode="decimal"
        autoComplete="off"
        value={text}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-about`}
        onInput={({ currentTarget: { value } }) => set(value)}
      />
      <small id={`${id}-about`}>{problem === undefined ? hint : <Problem id={`${id}-problem`} text={problem} />}</small>
    </div>
  );
}

function WeightsOf(props: Props) {
  const { draft, problems, change } = props;
  const { weights, judgement, weighed } = draft;
  const counts = (id: CriterionId, judged: boolean) => (judgement || !judged ? weights[id] : 0);
  const sum = CRITERIA.reduce((total, { id, judged }) => total + counts(id, judged), 0);
  return (
    <fieldset>
      <legend>4. How much does each criterion count?</legend>
      <div className="advisor-weights">
        {CRITERIA.map(({ id, name, judged }) => (
          <Weight
            key={id}
            id={id}
            name={name}
            tag={judged ? 'judgement' : 'measured'}
            value={weights[id]}
            share={sum === 0 ? '—' : share(counts(id, judged) / sum)}
            disabled={judged && !judgement}
            set={(value) => change({ ...draft, weights: { ...weights, [id]: value } })}
          />
        ))}
      </div>
      <p className="advisor-sum">
        <span>
          Sum <output>{Number(sum.toFixed(2))}</output>. Each criterion counts by its share of the sum.
        </span>
        <button type="button" onClick={() => change({ ...draft, weights: EVEN })}>
          Equal
        </button>
      </p>
      <label>
        <input
          type="checkbox"
          name="advisor-judgement"
          checked={!judgement}
          onChange={({ currentTarget: { checked } }) => change({ ...draft, judgement: !checked })}
        />
        <span>Ignore judgement: count measured criteria only</span>
      </label>
      <Judgements {...props} />
      <Problem id="advisor-weights-problem" text={problems.weights} />
      {weighed ? null : (
        <p>
          <button type="button" className="advisor-confirm" onClick={() => change({ ...draft, weighed: true })}>
            These are my weights: show the result
          </button>
        </p>
      )}
    </fieldset>
  );
}

const LEVEL_WORDS: Readonly<Record<Level, string>> = { 1: '1 best', 2: '2 middling', 3: '3 worst' };

/** Lists the authors' levels, each of which the reader can replace. */
function Judgements({ draft, families, change }: Props) {
  const { judged, judgement } = draft;
  const criteria = CRITERIA.flatMap(({ id, name }) => {
    const criterion = JUDGED.find((one) => one === id);
    return criterion === undefined ? [] : [{ criterion, name }];
  });
  return (
    <details className="advisor-judgements">
      <summary>
        {judged.length === 0 ? 'Replace the authors’ judgement with yours' : `Judged by you: ${judged.length}`}
      </summary>
      <p className="note">
        Level 1 is the best; level 3 means the most work or the fewest features. Levels 1, 2 and 3 count as costs of 1,
        1.5 and 2.25.
      </p>
      {families.map((transport) => (
        <fieldset key={transport} disabled={!judgement}>
          <legend>{transport}</legend>
          {criteria.map(({ criterion, name }) => (
            <LevelOf
              key={criterion}
              transport={transport}
              criterion={criterion}
              name={name}
              draft={draft}
              change={change}
            />
          ))}
        </fieldset>
      ))}
      <p>
        <button type="button" disabled={judged.length === 0} onClick={() => change({ ...draft, judged: [] })}>
          Restore the authors’ judgement
        </button>
      </p>
    </details>
  );
}

type LevelProps = Pick<Props, 'draft' | 'change'> & {
  readonly transport: string;
  readonly criterion: JudgedCriterion;
  readonly name: string;
};

function LevelOf({ transport, criterion, name, draft, change }: LevelProps) {
  const about = useId();
  const theirs = judgementsOf(transport)?.[criterion];
  if (theirs === undefined) return null;
  const own = draft.judged.find((one) => one.transport === transport && one.criterion === criterion);
  const others = draft.judged.filter((one) => one !== own);
  const given = (text: string): void => {
    const level = LEVELS.find((one) => one === Number(text));
    if (level === undefined) return;
    const mine = level === theirs.level ? [] : [{ transport, criterion, level }];
    change({ ...draft, judged: inOrder([...others, ...mine]) });
  };
  return (
    <label className="advisor-level">
      <span>
        {name} {own === undefined ? null : <small className="tag tag-yours">yours</small>}
      </span>
      <select
        className="advisor-input"
        data-judge={`${transport}.${criterion}`}
        aria-describedby={about}
        value={String(own?.level ?? theirs.level)}
        onChange={({ currentTarget: { value } }) => given(value)}
      >
        {LEVELS.map((level) => (
          <option key={level} value={level}>
            {LEVEL_WORDS[level]}
          </option>
        ))}
      </select>
      <small id={about} className="advisor-about">
        The authors’ level: {theirs.level}, {theirs.note}
      </small>
    </label>
  );
}

type WeightProps = {
  readonly id: CriterionId;
  readonly name: string;
  readonly tag: string;
  readonly value: number;
  readonly share: string;
  readonly disabled: boolean;
  readonly set: (value: number) => void;
};

/** Weight of a criterion: a slider to explore, and a number field to be exact. */
function Weight({ id, name, tag, value, share: counting, disabled, set }: WeightProps) {
  const label = useId();
  const given = (text: string): void => {
    const number = Number(text);
    if (text.trim() !== '' && number >= 0 && number <= 100) set(number);
  };
  return (
    <div className="advisor-weight">
      <span id={label}>
        {name} <small className={`tag tag-${tag}`}>{tag}</small>
      </span>
      <input
        className="advisor-slider"
        type="range"
        data-weight={id}
        min="0"
        max="100"
        step="1"
        value={value}
        disabled={disabled}
        aria-labelledby={label}
        onInput={({ currentTarget: { value: text } }) => given(text)}
      />
      <input
        className="advisor-input"
        type="number"
        data-weight={id}
        min="0"
        max="100"
        value={value}
        disabled={disabled}
        aria-labelledby={label}
        onInput={({ currentTarget: { value: text } }) => given(text)}
      />
      <span className="number">{counting}</span>
    </div>
  );
}

const Problem = ({ id, text }: { id: string; text: string | undefined }) =>
  text === undefined ? null : (
    <span id={id} className="advisor-problem">
      ✕ {text}
    </span>
  );
