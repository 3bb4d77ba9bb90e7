import { NO_NETWORK } from '../../../bench/results/dimensions.ts';
import type { NetworkInfo, Results } from '../../../bench/results/schema.ts';
import { networkTitle, overNetworks } from '../../analysis/figures/networks.ts';
import {
  effectText,
  foundText,
  isOffTarget,
  offTargetIn,
  type RelayFacts,
  relayedText,
  relayFactsOf,
} from '../../analysis/trust/networks.ts';
import { countOf, figures } from '../../model/format.ts';
import type { Group } from '../../model/model.ts';
import { NetworksFigure } from '../figures/networks-figure.tsx';
import { Heads, Name, Scroll } from '../parts/parts.tsx';
import type { SeriesStyles } from '../parts/series-style.ts';

type Props = { readonly results: Results; readonly groups: readonly Group[]; readonly styles: SeriesStyles };

/** True if some case of the run is over a network, or would have been. */
export const hasNetworks = ({ networks = [], cases }: Results): boolean =>
  networks.length > 0 || cases.some(({ network }) => network !== NO_NETWORK);

/** Section on the networks of a run: latency by network, what each does to packets, and what the self-test and the relay found. */
export function NetworksSection({ results, groups, styles }: Props) {
  const sets = overNetworks(groups, results);
  const { networks = [] } = results;
  return (
    <section id="networks" className="block">
      <h2>Networks</h2>
      <p className="lead">
        A relay between server and clients delays, loses and queues packets as each of these networks does. Before the
        run, a self-test measured what each makes of packets.
      </p>
      {sets.length === 0 ? null : (
        <div className="figures">
          {sets.map((set) => (
            <NetworksFigure key={set.groups[0]?.id} of={set} results={results} styles={styles} />
          ))}
        </div>
      )}
      {networks.length === 0 ? null : <NetworksTable results={results} networks={networks} />}
      <p className="note">
        Loss and jitter are those of each way. Bytes sent count what was sent again; the difference to those that
        arrived is what the network dropped, or was still under way when the trial ended.
      </p>
    </section>
  );
}

function NetworksTable({
  results,
  networks,
}: {
  readonly results: Results;
  readonly networks: readonly NetworkInfo[];
}) {
  const relays = relayFactsOf(results);
  const left = offTargetIn(results);
  return (
    <Scroll label="Networks: asked, found by the self-test, and the relay’s own work">
      <table className="networks">
        <thead>
          <tr>
            <Heads of={['Network', 'Asked', 'Found by the self-test', 'Relay: latest packets', 'Up', 'Down']} />
          </tr>
        </thead>
        <tbody>
          {networks.map((network) => {
            const relay = relays.find((one) => one.network === network.id);
            const { cases = [] } = left.find((one) => one.network.id === network.id) ?? {};
            return (
              <tr key={network.id}>
                <th scope="row">
                  <Name>{networkTitle(results, network.id)}</Name>
                </th>
                <td>
                  {effectText(network)}
                  {network.source === undefined ? null : <small> Source: {network.source}</small>}
                </td>
                <td className={isOffTarget(network) ? 'state-invalid' : undefined}>
                  {isOffTarget(network)
                    ? `✕ off target, not measured${cases.length === 0 ? '' : ` (${countOf(cases.length, 'case')})`}: ${network.offTarget?.join('; ')}`
                    : (foundText(network) ?? 'no self-test')}
                </td>
                <td>{relay === undefined ? '—' : lagText(relay)}</td>
                <td>{relay === undefined ? '—' : relayedText(relay.up)}</td>
                <td>{relay === undefined ? '—' : relayedText(relay.down)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Lateness of the relay's packets in the worst trial. */
function lagText({ lagP99Seconds, lagMaxSeconds, receiveErrors, trials }: RelayFacts): string {
  const ms = (seconds: number | null): string => (seconds === null ? '—' : `${figures(seconds * 1e3)} ms`);
  const errors = receiveErrors === 0 ? 'none missed' : `${countOf(receiveErrors, 'packet')} missed`;
  return `${ms(lagP99Seconds)} late at p99, ${ms(lagMaxSeconds)} at most; ${errors} (${countOf(trials, 'trial')})`;
}
