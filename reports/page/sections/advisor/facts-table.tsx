import type { Results } from '../../../../bench/results/schema.ts';
import { ELSEWHERE, type Fact, type FactValue, factText, type Tag } from '../../../advice/facts/shape.ts';
import { NEED_GROUPS, NEEDS, type NeedId } from '../../../advice/questions/needs.ts';
import type { Analysis } from '../../../model/model.ts';
import { Name, Scroll } from '../../parts/parts.tsx';
import { factColumns } from './facts.ts';

const TEXTS: Readonly<Record<FactValue, string>> = {
  yes: '✓ yes',
  no: '✕ no',
  depends: '◐ only if',
  [ELSEWHERE]: '◐ not measured here',
};
const CLASSES: Readonly<Record<FactValue, string>> = {
  yes: 'fact-yes',
  no: 'fact-no',
  depends: 'fact-if',
  [ELSEWHERE]: 'fact-if',
};
const LETTERS: Readonly<Record<Tag, string>> = { measured: 'M', specification: 'S', judgement: 'J' };

/** Table of what is known of each transport without measuring; each cell links to its explanation and source. */
export function FactsTable({ results, analysis }: { results: Results; analysis: Analysis }) {
  const columns = factColumns(results, analysis);
  const notes = notesOf(columns.map(({ facts }) => facts));
  return (
    <>
      <Scroll label="Every transport against every need">
        <table className="advisor-facts">
          <thead>
            <tr>
              <th scope="col">Need</th>
              {columns.map(({ names, measured }) => (
                <th key={names[0]} scope="col">
                  {names.map((name) => (
                    <span key={name}>
                      <Name>{name}</Name>
                    </span>
                  ))}
                  {measured ? null : <small className="advisor-quiet">not in this run</small>}
                </th>
              ))}
            </tr>
          </thead>
          {NEED_GROUPS.map(({ of, title }) => (
            <tbody key={of}>
              <tr>
                <th scope="rowgroup" colSpan={columns.length + 1}>
                  {title}
                </th>
              </tr>
              {NEEDS.filter((need) => need.of === of).map(({ id, name }) => (
                <tr key={id}>
                  <th scope="row">
                    {name} <small className="advisor-quiet">{id}</small>
                  </th>
                  {columns.map(({ names, facts }) => (
                    <FactCell key={names[0]} fact={facts[id]} note={notes.get(keyOf(id, facts[id]))} />
                  ))}
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </Scroll>
      <p className="note">
        Each cell links to its explanation below. The letter says what the answer rests on: S is a specification, M a
        capability that the implementation declares and the conformance suite checks, J a judgement of the authors.
      </p>
      <dl className="advisor-sources">
        {[...Map.groupBy(notes.values(), ({ need }) => need)].map(([need, those]) => (
          <div key={need}>
            <dt>{need}</dt>
            {those.map(({ label, fact }) => (
              <dd key={label} id={idOf(label)}>
                <b>{label}</b> {factText(fact)} ({fact.source.clause})
              </dd>
            ))}
          </div>
        ))}
      </dl>
    </>
  );
}

const FactCell = ({ fact, note }: { fact: Fact; note: Note | undefined }) => (
  <td className={CLASSES[fact.value]}>
    {TEXTS[fact.value]} {note === undefined ? null : <a href={`#${idOf(note.label)}`}>{note.label}</a>}
  </td>
);

type Note = { readonly label: string; readonly need: string; readonly fact: Fact };

const idOf = (label: string): string => `f-${label}`;
const keyOf = (need: NeedId, { value, note, source, tag }: Fact): string =>
  [need, value, note, source.clause, tag].join('\n');

/** Labels each explanation; equal words from one source get one label. */
function notesOf(columns: readonly Readonly<Record<NeedId, Fact>>[]): Map<string, Note> {
  const notes = new Map<string, Note>();
  for (const { of } of NEED_GROUPS) {
    for (const { id, name } of NEEDS.filter((need) => need.of === of)) {
      for (const facts of columns) {
        const fact = facts[id];
        const key = keyOf(id, fact);
        if (!notes.has(key)) notes.set(key, { label: `${LETTERS[fact.tag]}${notes.size + 1}`, need: name, fact });
      }
    }
  }
  return notes;
}
