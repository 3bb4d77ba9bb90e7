import { changesNode, changesRuntime } from '../../../bench/results/machine/variables.ts';
import { median } from '../../../bench/results/numbers.ts';
import type { Results } from '../../../bench/results/schema.ts';
import { implementationsOf, type Unequal, unequalIn } from '../../analysis/trust/unequal.ts';
import { shapeOf } from '../../kinds/lookup.ts';
import { countOf, figures } from '../../model/format.ts';
import type { Analysis, Check } from '../../model/model.ts';
import { Fact, Name, Prose, Scroll } from '../parts/parts.tsx';

/** Section on what was left unequal and why, and on the effective settings of each implementation. */
export function Implementations({ results }: { results: Results }) {
  const implementations = implementationsOf(results);
  const keys = [...new Set(implementations.flatMap(({ settings }) => [...settings.keys()]))].toSorted();
  return (
    <section id="implementations" className="within">
      <h3>Are the implementations equal?</h3>
      <p className="lead">
        One application and one load generator drive all implementations. Each uses the library and the idiom that its
        own users would choose, and everything that can be equal is. {UNEQUAL_LEAD}
      </p>
      <UnequalTable rows={unequalIn(results)} />
      <details>
        <summary>Every setting of each implementation</summary>
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
                const values = implementations.map(({ settings }) => settings.get(key) ?? '');
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
      </details>
    </section>
  );
}

const UNEQUAL_LEAD =
  'The table lists what is deliberately not equal; the list of every setting marks it ≠. Versions of the libraries are listed under the environment.';

function UnequalTable({ rows }: { readonly rows: readonly Unequal[] }) {
  if (rows.length === 0) return <p className="note">No setting differs between the implementations that have it.</p>;
  return (
    <Scroll label="What is deliberately not equal, and why">
      <table className="unequal">
        <thead>
          <tr>
            <th scope="col">Not equal</th>
            <th scope="col">Values</th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ setting, held, why }) => (
            <tr key={setting}>
              <th scope="row">
                <Name>{setting}</Name>
              </th>
              <td>
                <ul>
                  {restLast(held).map(({ value, names, isRest }) => (
                    <li key={value}>
                      <strong>
                        <Name>{value}</Name>
                      </strong>
                      : <Name>{isRest ? `the other ${names.length}` : names.join(', ')}</Name>
                    </li>
                  ))}
                </ul>
              </td>
              <td>{why}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Number of names up to which a list is read; the longest list beyond it comes last, as “the other n”. */
const MAX_NAMES = 4;

function restLast(held: Unequal['held']) {
  const longest = Math.max(...held.map(({ names }) => names.length));
  const rest = longest > MAX_NAMES ? held.find(({ names }) => names.length === longest) : undefined;
  const marked = held.map((one) => ({ ...one, isRest: one === rest }));
  return marked.toSorted((a, b) => Number(a.isRest) - Number(b.isRest));
}

export function Environment({ results, analysis }: { results: Results; analysis: Analysis }) {
  const { environment, plan } = results;
  const { pinning, physicalCores, cpuQuota, memoryLimitBytes } = environment;
  const { counts } = analysis;
  const packages = Object.entries(environment.packages).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return (
    <section id="environment" className="within">
      <h3>Environment and reproduction</h3>
      <CopyButton of="environment">Copy the environment</CopyButton>
      <div className="columns">
        <dl className="facts">
          <Fact term="CPU">{environment.cpu}</Fact>
          <Fact term="Cores">
            {environment.cores}
            {physicalCores === undefined || physicalCores === environment.cores
              ? ''
              : ` hardware threads of ${countOf(physicalCores, 'core')}`}
            {cpuQuota === undefined ? '' : `, with a CPU quota of ${figures(cpuQuota)}`}
          </Fact>
          <Fact term="Memory">
            {figures(environment.memoryBytes / 2 ** 30)} GiB
            {memoryLimitBytes === undefined ? '' : `, limited to ${figures(memoryLimitBytes / 2 ** 30)} GiB`}
          </Fact>
          <Fact term="System">
            {environment.platform} {environment.arch}, kernel {environment.kernel}
          </Fact>
          <Fact term="Node">{environment.node}</Fact>
          <Fact term="Wirebench">{environment.wirebench}</Fact>
          <Fact term="Link">
            {LINKS[environment.link] ?? `${environment.link}: this version does not know it and shows no bytes.`}
            {environment.linkReason === undefined ? null : <Prose>{` Reason: ${environment.linkReason}`}</Prose>}
          </Fact>
          <Fact term="Pinning">
            {pinning === null ? 'none' : `server on ${pinning.server}, generator on ${pinning.generator}`}
          </Fact>
          <Variables variables={environment.variables} />
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
      </div>
      <dl className="facts packages">
        {packages.map(([name, version]) => (
          <Fact key={name} term={name}>
            {version}
          </Fact>
        ))}
      </dl>
      <Checks checks={environment.checks ?? []} />
      <h4>Run it again</h4>
      <CopyButton of="command">Copy the command</CopyButton>
      <Scroll label="Command that makes this run again">
        <pre>
          <code id="command">{plan.command}</code>
        </pre>
      </Scroll>
      <p className="note">
        This page is made from the run’s results alone and is the same to the byte each time:{' '}
        <code>npm run report -- results.json</code>
      </p>
    </section>
  );
}

/** Variables of the user's environment that the measured processes got; of the others, those that change a runtime. */
function Variables({ variables }: Pick<Results['environment'], 'variables'>) {
  if (variables === undefined) return null;
  const { passed, dropped, server } = variables;
  const withheld = dropped.filter(changesNode);
  const others = countOf(dropped.length - withheld.length, 'other');
  return (
    <>
      <Fact term="Variables">
        {passed.join(', ') || 'none'}; not passed on: {[...withheld, others].join(', ')}
      </Fact>
      {server === undefined ? null : (
        <Fact term="Variables of the server">
          the user’s, {countOf(server.length, 'variable')}; of them change a runtime:{' '}
          {server.filter(changesRuntime).join(', ') || 'none'}
        </Fact>
      )}
    </>
  );
}

/** Length of a trial, by scenario; a scenario that ends when its sessions are open or its exchanges done has none. */
function measuredIn({ groups }: Analysis): string {
  const lengths = groups.flatMap(({ question, rows }) => {
    const seconds = rows.flatMap(({ trials }) =>
      trials.flatMap((trial) => (trial.state === 'failed' ? [] : [trial.seconds])),
    );
    return shapeOf(question).trialLength === 'until done' || seconds.length === 0
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

/** Links, with what a byte count means on each. */
const LINKS: Readonly<Record<string, string>> = {
  veth: 'veth: two private network namespaces joined by a virtual cable. Bytes are counted at the interface, with Ethernet, IP and TCP headers and acknowledgements.',
  loopback: 'loopback: the host’s own interface. Bytes are counted at the sockets, above TCP.',
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
    <details open={checks.some(({ state }) => state !== 'ok')}>
      <summary>Was this machine fit to measure on?</summary>
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
                <td>
                  <Prose>{observed}</Prose>
                </td>
                <td>{state === 'ok' ? null : <Prose>{fix}</Prose>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}

type CopyButtonProps = {
  /** Id of the element whose text is copied; a list of facts is copied with a line each. */
  readonly of: string;
  readonly children: string;
};

/** Button that copies text; `live/export/clipboard.ts` makes it work. */
const CopyButton = ({ of, children }: CopyButtonProps) => (
  <p className="copy needs-script">
    <button type="button" data-copy={of}>
      {children}
    </button>{' '}
    <span className="copied" aria-hidden="true" />
  </p>
);
