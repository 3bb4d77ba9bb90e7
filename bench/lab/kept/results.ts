import { randomUUID } from 'node:crypto';
import { networkOf, partsOf } from '../../networks/network.ts';
import { type Environment, type NetworkInfo, type Results, SCHEMA } from '../../results/schema.ts';
import { capabilitiesOf, type TransportChoice } from '../../transports/index.ts';
import type { InForce, KeepOrder, RunOrder } from '../protocol.ts';
import { caseOf, hasNetwork, type LaneWindow, type PathCut } from './case.ts';

/** Command that opens the lab. A run by hand cannot be repeated by a command. */
const labCommand = 'npm run lab';

/** Everything that the lab's server knows of a run, besides what its page measured. */
export interface KnownRun {
  readonly order: RunOrder;
  readonly windows: ReadonlyMap<string, LaneWindow>;
  readonly cuts: readonly PathCut[];
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly environment: Environment;
  readonly inForce: InForce;
  /** True if sessions brought a token. */
  readonly tokens: boolean;
}

/** Makes the results of a run in the lab: a case of one trial for each lane that had a window. */
export function labResults(known: KnownRun, { browser, clockResolutionSeconds, lanes }: KeepOrder): Results {
  const { order, windows, cuts, startedAt, finishedAt, environment, inForce, tokens } = known;
  const measured = lanes.flatMap((lane) => {
    const window = windows.get(lane.transport);
    return window === undefined ? [] : [{ lane, window }];
  });
  const cases = measured.map(({ lane, window }, at) => caseOf(order, window, lane, { cuts, order: at, tokens }));
  return {
    schema: SCHEMA,
    id: randomUUID(),
    startedAt,
    finishedAt,
    state: 'complete',
    plan: {
      seed: 1,
      profile: 'lab',
      transports: measured.map(({ lane }) => lane.transport),
      scenarios: ['echo'],
      trials: 1,
      durationSeconds: Math.max(...measured.map(({ lane }) => lane.seconds)),
      warmupSeconds: 0,
      workers: 1,
      order: [cases.map(({ id }) => id)],
      command: labCommand,
    },
    environment: {
      ...environment,
      lab: { browser, clockResolutionSeconds, path: inForce, cuts: cuts.map((cut) => ({ ...cut })) },
    },
    transports: measured.map(({ window }) => infoOf(window.choice)),
    ...(hasNetwork(order) ? { networks: [networkInfo(order.network, inForce)] } : {}),
    cases,
  };
}

function infoOf(choice: TransportChoice): Results['transports'][number] {
  const { entry, variant } = choice;
  return {
    id: entry.id,
    variant: variant?.id ?? null,
    title: variant === null ? entry.title : `${entry.title} (${variant.title})`,
    family: entry.family,
    floor: entry.floor === true,
    capabilities: { ...capabilitiesOf(choice) },
  };
}

/** Effects that a proxy of TCP's bytes has not. */
const OF_PACKETS = ['lossShare', 'burstPackets', 'reorderShare'];

function networkInfo(id: string, inForce: InForce): NetworkInfo {
  const { id: _, source, ...numbers } = networkOf(id);
  const network = networkOf(id);
  const limited = numbers.downBitsPerSecond !== null || numbers.upBitsPerSecond !== null;
  const effective = Object.entries(numbers).flatMap(([name, value]) =>
    value === null || value === 0 || value === false || (name === 'queueSeconds' && !limited)
      ? []
      : [[name, value] as const],
  );
  const lossless = inForce === 'proxy' && effective.some(([name]) => OF_PACKETS.includes(name));
  return {
    id,
    title: lossless ? `${id}, made by a proxy: TCP loses nothing` : id,
    effective: Object.fromEntries(effective),
    ...(source === null ? {} : { source }),
    parts: partsOf(network),
  };
}

/** Words about a run that cannot be kept. */
export const NOTHING_TO_KEEP = 'nothing was measured in this run: start one, and stop it before you keep it';
