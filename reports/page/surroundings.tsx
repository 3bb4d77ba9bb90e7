import type { ReactNode } from 'react';
import type { Case, Results } from '../../bench/results/schema.ts';
import { countOf, figures } from '../analysis/format.ts';
import { describe, flagOf } from '../analysis/group.ts';
import { median } from '../analysis/median.ts';
import type { Analysis, Check } from '../analysis/model.ts';
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
  const byName = Map.groupBy(results.cases, flagOf);
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
          <Fact term="Link">
            {LINKS[environment.link]}
            {environment.linkReason === undefined ? '' : ` No private link: ${environment.linkReason}`}
          </Fact>
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
            {measuredIn(analysis)} after {plan.warmupSeconds} s of warm-up, {countOf(plan.workers, 'worker')}
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
      <Checks checks={environment.checks ?? []} />
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

/** Scenarios have lengths of their own; one that ends when its sessions are open or its exchanges done has none. */
function measuredIn({ groups }: Analysis): string {
  const lengths = groups.flatMap(({ question, rows }) => {
    const seconds = rows.flatMap(({ trials }) =>
      trials.flatMap((trial) => (trial.state === 'failed' ? [] : [trial.seconds])),
    );
    return ['connect', 'wire'].includes(question.kind) || seconds.length === 0
      ? []
      : [{ scenario: question.scenario, length: `${Number(median(seconds).toPrecision(3))} s` }];
  });
  const byLength = [...Map.groupBy(lengths, ({ length }) => length)];
  const [only, another] = byLength;
  if (only === undefined) return 'Nothing measured';
  if (another === undefined) return only[0];
  return byLength
    .map(([length, those]) => `${length} (${[...new Set(those.map(({ scenario }) => scenario))].join(', ')})`)
    .join(', ');
}

/** What a byte count means depends on where it was taken. */
const LINKS: Readonly<Record<Results['environment']['link'], string>> = {
  veth: 'veth: two private network namespaces joined by a virtual cable. Bytes count as an interface counts them, with Ethernet, IP and TCP headers and acknowledgements.',
  loopback: 'loopback: the host’s own. Bytes count at the sockets, above TCP.',
};

const CHECK_ICONS: Readonly<Record<Check['state'], string>> = { ok: '✓', note: '!', unfit: '✕' };
const CHECK_CLASSES: Readonly<Record<Check['state'], string>> = {
  ok: 'state-valid',
  note: 'state-suspect',
  unfit: 'state-invalid',
};

function Checks({ checks }: { checks: readonly Check[] }) {
  if (checks.length === 0) return null;
  return (
    <>
      <h3>Was this machine fit to measure on?</h3>
      <Scroll label="What was checked before the run">
        <table className="checks">
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col">State</th>
              <th scope="col">Observed</th>
              <th scope="col">What to do</th>
            </tr>
          </thead>
          <tbody>
            {checks.map(({ name, state, observed, fix }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className={CHECK_CLASSES[state]}>
                  {CHECK_ICONS[state]} {state}
                </td>
                <td>{observed}</td>
                <td>{state === 'ok' ? '' : fix}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}

const Fact = ({ term, children }: { term: string; children: ReactNode }) => (
  <div>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </div>
);
