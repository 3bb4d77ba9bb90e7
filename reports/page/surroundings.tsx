import type { ReactNode } from 'react';
import type { Case, Results } from '../../bench/results/schema.ts';
import { countOf, figures } from '../analysis/format.ts';
import { describe, nameOf } from '../analysis/group.ts';
import type { Analysis } from '../analysis/model.ts';
import { Name, Scroll } from './parts.tsx';

type Implementation = {
  readonly name: string;
  readonly title: string;
  readonly effective: ReadonlyMap<string, ReadonlySet<string>>;
};

/** What each implementation was really set to, side by side: equal where it can be, named where it is not. */
export function Implementations({ results }: { results: Results }) {
  const implementations = implementationsOf(results);
  const keys = [...new Set(implementations.flatMap(({ effective }) => [...effective.keys()]))].toSorted();
  return (
    <section id="implementations" className="block">
      <h2>Implementations and their settings</h2>
      <p>
        What server and client were set to in this run. A row marked ≠ differs between transports that have it: by the
        library’s own default or by the nature of the protocol.
      </p>
      <Scroll label="Settings of each implementation">
        <table className="settings">
          <thead>
            <tr>
              <th scope="col">Setting</th>
              <th scope="col">Equal</th>
              {implementations.map(({ name, title }) => (
                <th key={name} scope="col">
                  <Name>{name}</Name>
                  <small>
                    <Name>{title}</Name>
                  </small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => {
              const values = implementations.map(({ effective }) => [...(effective.get(key) ?? [])].join(' / '));
              const held = values.filter((value) => value !== '');
              const mark = held.length < 2 ? '' : new Set(held).size === 1 ? '=' : '≠';
              return (
                <tr key={key}>
                  <th scope="row">
                    <Name>{key}</Name>
                  </th>
                  <td>{mark}</td>
                  {implementations.map(({ name }, index) => (
                    <td key={name}>{values[index] === '' ? <span className="absent">—</span> : values[index]}</td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function implementationsOf(results: Results): Implementation[] {
  const byName = Map.groupBy(results.cases, nameOf);
  return [...byName].flatMap(([name, cases]) => {
    const [first] = cases;
    return first === undefined ? [] : [{ name, title: describe(results, first).title, effective: settingsOf(cases) }];
  });
}

/** A setting that differs between a transport's own cases keeps all its values. */
function settingsOf(cases: readonly Case[]): Map<string, Set<string>> {
  const settings = new Map<string, Set<string>>();
  for (const [key, value] of cases.flatMap(({ effective }) => Object.entries(effective))) {
    settings.set(key, (settings.get(key) ?? new Set()).add(String(value)));
  }
  return settings;
}

export function Environment({ results, analysis }: { results: Results; analysis: Analysis }) {
  const { environment, plan } = results;
  const { pinning } = environment;
  const { counts } = analysis;
  const packages = Object.entries(environment.packages).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return (
    <section id="environment" className="block">
      <h2>Environment and reproduction</h2>
      <div className="columns">
        <dl className="facts">
          <Fact term="CPU">{environment.cpu}</Fact>
          <Fact term="Cores">{environment.cores}</Fact>
          <Fact term="Memory">{figures(environment.memoryBytes / 2 ** 30)} GiB</Fact>
          <Fact term="System">
            {environment.platform} {environment.arch}, kernel {environment.kernel}
          </Fact>
          <Fact term="Node">{environment.node}</Fact>
          <Fact term="Wirebench">{environment.wirebench}</Fact>
          <Fact term="Link">{environment.link}</Fact>
          <Fact term="Pinning">
            {pinning === null ? 'none' : `server on ${pinning.server}, generator on ${pinning.generator}`}
          </Fact>
        </dl>
        <dl className="facts">
          <Fact term="Run">{results.id}</Fact>
          <Fact term="Started">{results.startedAt}</Fact>
          <Fact term="Finished">{results.finishedAt ?? 'not finished'}</Fact>
          <Fact term="Profile">{plan.profile}</Fact>
          <Fact term="Seed">{plan.seed}</Fact>
          <Fact term="Trials">
            {countOf(counts.planned, 'trial')} planned: {counts.valid} valid, {counts.suspect} suspect, {counts.invalid}{' '}
            invalid, {counts.failed} failed, {counts.missing} not run
          </Fact>
          <Fact term="Each trial">
            {plan.durationSeconds} s after {plan.warmupSeconds} s of warm-up, {countOf(plan.workers, 'worker')}
          </Fact>
        </dl>
        <dl className="facts">
          {packages.map(([name, version]) => (
            <Fact key={name} term={name}>
              {version}
            </Fact>
          ))}
        </dl>
      </div>
      <h3>Run it again</h3>
      <Scroll label="Command that makes this run again">
        <pre>
          <code>{plan.command}</code>
        </pre>
      </Scroll>
      <p className="note">
        This page is made from the run’s results alone, byte for byte the same each time: npm run report -- results.json
      </p>
    </section>
  );
}

const Fact = ({ term, children }: { term: string; children: ReactNode }) => (
  <div>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </div>
);
