import type { Comparison } from '../../../compare/compare-model.ts';
import { WHOLE } from '../../comparison/comparison-state.ts';
import { ComparisonClaim, ComparisonPill, RunLine } from '../../comparison/comparison-view.tsx';
import { Name } from '../../parts/parts.tsx';
import { Chosen } from './comparison.tsx';

/** What this page's run is to the other one. */
export type Role = 'base' | 'next';

export type PanelState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'busy'; readonly what: string }
  | { readonly kind: 'refused'; readonly why: string }
  | {
      readonly kind: 'compared';
      readonly comparison: Comparison;
      readonly role: Role;
      readonly file: string;
      /** Where the comparison is still the one before: what is going on, and what was asked for. */
      readonly what?: string;
      readonly asked?: Role;
    };

type PanelProps = {
  readonly state: PanelState;
  readonly onFile: (file: File) => void;
  readonly onRole: (role: Role) => void;
  readonly onClose: () => void;
};

/** The part of a report in which another run is held against its own. */
export function Panel({ state, onFile, onRole, onClose }: PanelProps) {
  return (
    <>
      <div className="drop-place">
        <label className="file-choice">
          <span className="file-button">Choose a results.json or a report…</span>
          <input
            type="file"
            className="visually-hidden"
            accept=".json,.html,.htm,application/json,text/html"
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? [];
              // So that the same file can be chosen again.
              if (file !== undefined) onFile(file);
              currentTarget.value = '';
            }}
          />
        </label>
        <span>or drop it anywhere on this page. It is read here and sent nowhere.</span>
      </div>
      <p role="status" className="compare-status">
        {'what' in state ? state.what : ''}
        {state.kind === 'compared' && !('what' in state) ? (
          <span className="visually-hidden">Compared with {state.file}.</span>
        ) : null}
      </p>
      <div role="alert">
        {state.kind === 'refused' ? (
          <p className="refusal">
            <strong>Not compared:</strong> <Name>{state.why}</Name>
          </p>
        ) : null}
      </div>
      {/* Stays while it is made the other way round: whoever chose that keeps their place. */}
      {state.kind === 'compared' ? <Compared {...state} onRole={onRole} onClose={onClose} /> : null}
    </>
  );
}

type ComparedProps = Extract<PanelState, { kind: 'compared' }> & Pick<PanelProps, 'onRole' | 'onClose'>;

function Compared({ comparison, role, file, what, asked = role, onRole, onClose }: ComparedProps) {
  const { base, next } = comparison;
  const said = { base: 'this page’s run', next: 'this page’s run', [role === 'base' ? 'next' : 'base']: file };
  return (
    <section aria-label="Two runs compared" className="compared" aria-busy={what !== undefined}>
      <div className="compared-head">
        <ComparisonPill comparison={comparison} />
        <fieldset className="roles">
          <legend>This page’s run is</legend>
          {ROLES.map(({ id, text }) => (
            <label key={id}>
              <input type="radio" name="compare-role" checked={asked === id} onChange={() => onRole(id)} />
              {text}
            </label>
          ))}
        </fieldset>
        <button type="button" onClick={onClose}>
          Put away
        </button>
      </div>
      <RunLine which={`Base (${said.base})`} run={base} />
      <RunLine which={`New (${said.next})`} run={next} />
      <ComparisonClaim comparison={comparison} />
      <Chosen key={`${base.id} ${role}`} comparison={comparison} first={WHOLE} heading="h3" />
    </section>
  );
}

const ROLES = [
  { id: 'next', text: 'the new one' },
  { id: 'base', text: 'the base' },
] as const;
