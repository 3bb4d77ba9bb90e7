import { FAULTS, POLICIES } from '../../results/dimensions.ts';
import type { Fault, Policy } from '../../results/values.ts';
import type { Outage, PlannedCase } from '../shape.ts';
import { isOverNetwork } from './network.ts';
import { hasSlowLines } from './readers.ts';

/** Properties of a fault. */
interface FaultTraits {
  /** Part that it happens to: packets on their way, the server, single ones of several, or the Redis that they share. */
  readonly at: 'path' | 'server' | 'nodes' | 'backplane';
  /** True if some time passes until the path is back. */
  readonly hasOutage: boolean;
}

const TRAITS: Readonly<Record<Fault, FaultTraits>> = {
  blackhole: { at: 'path', hasOutage: true },
  restart: { at: 'server', hasOutage: true },
  drain: { at: 'server', hasOutage: true },
  reset: { at: 'path', hasOutage: false },
  rebind: { at: 'path', hasOutage: false },
  node: { at: 'nodes', hasOutage: true },
  rolling: { at: 'nodes', hasOutage: false },
  backplane: { at: 'backplane', hasOutage: true },
};

export const hasOutage = (fault: Fault): boolean => TRAITS[fault].hasOutage;

/** True if a server's process ends at the fault. */
export const endsServer = (fault: Fault): boolean => ['server', 'nodes'].includes(TRAITS[fault].at);

/** True if the fault can happen only to a service of several servers. */
export const needsNodes = (fault: Fault): boolean => ['nodes', 'backplane'].includes(TRAITS[fault].at);

/** True if the Redis that several servers share ends at the fault. */
export const endsBackplane = (fault: Fault): boolean => TRAITS[fault].at === 'backplane';

/** Faults that can happen to one server. */
export const FAULTS_OF_ONE = FAULTS.filter((fault) => !needsNodes(fault));

export const DEFAULT_FAULT: Fault = 'restart';
export const DEFAULT_POLICY: Policy = 'managed';
export const DEFAULT_OUTAGE: Outage = { minSeconds: 2, maxSeconds: 4 };

type Planned = Pick<PlannedCase, 'dimensions' | 'scenario'>;

/** Fault of a case whose kind has one. */
export const faultOf = ({ dimensions = {} }: Pick<PlannedCase, 'dimensions'>): Fault =>
  FAULTS.find((one) => one === dimensions.fault) ?? DEFAULT_FAULT;

/** Policy of reconnecting of a case whose kind has a fault. */
export const policyOf = ({ dimensions = {} }: Pick<PlannedCase, 'dimensions'>): Policy =>
  POLICIES.find((one) => one === dimensions.reconnect) ?? DEFAULT_POLICY;

/** True if a relay makes the fault of a case. */
export const isFaultOfPath = (planned: Planned): boolean =>
  planned.scenario.kind.uses.faults === true && TRAITS[faultOf(planned)].at === 'path';

/** True if the packets of a case go through a relay. */
export const needsRelay = (planned: Planned): boolean =>
  isOverNetwork(planned) || isFaultOfPath(planned) || hasSlowLines(planned);
