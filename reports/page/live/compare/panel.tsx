import { useState } from 'react';
import type { Comparison } from '../../../compare/compare-model.ts';
import { WHOLE } from '../../comparison/comparison-state.ts';
import { ComparisonClaim, ComparisonPill, RunLine } from '../../comparison/comparison-view.tsx';
import { Prose } from '../../parts/parts.tsx';
import { ControlledComparison } from './controls.tsx';

/** Role of this page's run in the comparison. */
export type Role = 'base' | 'next';

export type PanelState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'busy'; readonly progress: string }
  | { readonly kind: 'refused'; readonly why: string }
  | {
      readonly kind: 'compared';
      readonly comparison: Comparison;
      readonly role: Role;
      readonly file: string;
      /** Progress towards the requested role, while the comparison is still the previous one. */
      readonly progress?: string;
      readonly asked?: Role;
    };

type PanelProps = {
  readonly state: PanelState;
  readonly onFile: (file: File) => void;
  readonly onRole: (role: Role) => void;
  readonly onClose: () => void;
};

/** Part of a report that compares another run with the report's own. */
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
              if (file !== undefined) onFile(file);
              // An empty input lets the reader choose the file again.
              currentTarget.value = '';
            }}
          />
        </label>
        <span>or drop it anywhere on this page. The file stays in your browser.</span>
      </div>
      <p role="status" className="compare-status">
        {'progress' in state ? state.progress : ''}
        {state.kind === 'compared' && !('progress' in state) ? (
          <span className="visually-hidden">Compared with {state.file}.</span>
        ) : null}
      </p>
      <div role="alert">
        {state.kind === 'refused' ? (
          <p className="refusal">
            <strong>Not compared:</strong>{' '}
            <bdi>
              <Prose>{state.why}</Prose>
            </bdi>
          </p>
        ) : null}
      </div>
      {/* Stays while the roles are exchanged, so that the focused control is kept. */}
      {state.kind === 'compared' ? <Compared {...state} onRole={onRole} onClose={onClose} /> : null}
    </>
  );
}

type ComparedProps = Extract<PanelState, { kind: 'compared' }> & Pick<PanelProps, 'onRole' | 'onClose'>;

function Compared({ comparison, role, file, progress, asked = role, onRole, onClose }: ComparedProps) {
  const { base, next } = comparison;
  const names = { base: 'this page’s run', next: 'this page’s run', [role === 'base' ? 'next' : 'base']: file };
  return (
    <section aria-label="Two runs compared" className="compared" aria-busy={progress !== undefined}>
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
          Close comparison
        </button>
      </div>
      <RunLine which={`Base (${names.base})`} run={base} />
      <RunLine which={`New (${names.next})`} run={next} />
      <ComparisonClaim comparison={comparison} />
      <WithOwnView key={`${base.id} ${role}`} comparison={comparison} />
    </section>
  );
}

const ROLES = [
  { id: 'next', text: 'the new one' },
  { id: 'base', text: 'the base' },
] as const;

/** Comparison that starts with the complete view, and forgets the reader's view when another comparison replaces it. */
function WithOwnView({ comparison }: { comparison: Comparison }) {
  const [view, setView] = useState(WHOLE);
  return <ControlledComparison comparison={comparison} view={view} onView={setView} heading="h3" />;
}
