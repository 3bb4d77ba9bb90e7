import type { KeptRun } from '../../bench/lab/protocol.ts';

/** Runs that were kept, with their reports. */
export function Kept({ runs }: { runs: readonly KeptRun[] }) {
  if (runs.length === 0) return null;
  return (
    <section className="card lab-kept" aria-labelledby="kept">
      <h2 id="kept">Kept</h2>
      <ul>
        {runs.map(({ results, report }) => (
          <li key={report}>
            <a href={report} target="_blank" rel="noreferrer">
              Open the report
            </a>{' '}
            <code>{results}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
