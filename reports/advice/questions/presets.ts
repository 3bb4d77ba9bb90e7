import type { Fault } from '../../../bench/results/values.ts';
import { type Source, WAITS } from '../facts/sources.ts';
import type { Objective } from '../model.ts';
import { type Weights, weightsOf } from './criteria.ts';
import type { NeedId } from './needs.ts';

/**
 * Starting point for one kind of project: its needs, its weights, its objective, its network, its fault and the nearest scenario, but no
 * load. The weights, the network and the fault are the authors' judgement and are meant to be changed.
 */
export type Preset = {
  readonly id: string;
  readonly title: string;
  readonly needs: readonly NeedId[];
  readonly scenario: string;
  /** Network that its clients are on, and the fault that they live through most often. */
  readonly network: string;
  readonly fault: Fault;
  /** True if its clients are devices whose radios should sleep. */
  readonly sleeps?: true;
  readonly weights: Weights;
  /** Latency that the use allows, and the document that says so. */
  readonly objective: Objective & { readonly source: Source };
};

const within = (seconds: number, source: Source): Preset['objective'] => ({ percentile: 99, seconds, source });

// biome-ignore format: a preset, four lines
export const PRESETS: readonly Preset[] = [
  { id: 'chat', title: 'Chat', needs: ['browser', 'ordered', 'reliable'], scenario: 'broadcast',
    network: '4g-lossy', fault: 'restart',
    weights: weightsOf({ p99: 30, throughput: 10, bytes: 10, cpu: 15, memory: 15, simplicity: 10, features: 10 }),
    objective: within(1, WAITS.thought) },
  { id: 'dashboard', title: 'Live dashboard', needs: ['browser', 'push-only'], scenario: 'broadcast',
    network: 'wifi-bad', fault: 'restart',
    weights: weightsOf({ p99: 15, throughput: 10, bytes: 25, cpu: 20, memory: 10, simplicity: 20 }),
    objective: within(1, WAITS.thought) },
  { id: 'notifications', title: 'Notifications', needs: ['browser', 'push-only', 'quiet'], scenario: 'broadcast',
    network: '4g-lossy', fault: 'rebind', sleeps: true,
    weights: weightsOf({ p99: 5, bytes: 20, cpu: 10, memory: 30, simplicity: 20, features: 15 }),
    objective: within(10, WAITS.attention) },
  { id: 'collaboration', title: 'Collaborative editing', needs: ['browser', 'upstream', 'ordered', 'reliable'], scenario: 'broadcast',
    network: 'cable', fault: 'restart',
    weights: weightsOf({ p99: 40, throughput: 5, bytes: 10, cpu: 10, memory: 10, simplicity: 5, features: 20 }),
    objective: within(0.1, WAITS.direct) },
  { id: 'game', title: 'Multiplayer game', needs: ['browser', 'upstream', 'binary', 'lossy'], scenario: 'broadcast',
    network: '4g-lossy', fault: 'rebind',
    weights: weightsOf({ p99: 55, throughput: 10, bytes: 20, cpu: 15 }),
    objective: within(0.1, WAITS.game) },
  { id: 'telemetry', title: 'IoT telemetry', needs: ['upstream', 'devices'], scenario: 'echo',
    network: '3g-lossy', fault: 'blackhole', sleeps: true,
    weights: weightsOf({ p99: 5, throughput: 20, bytes: 35, cpu: 10, memory: 15, features: 15 }),
    objective: within(1, WAITS.sensors) },
  { id: 'tokens', title: 'Token streaming', needs: ['browser', 'ordered', 'reliable', 'push-only'], scenario: 'broadcast',
    network: '4g-lossy', fault: 'restart',
    weights: weightsOf({ p99: 25, bytes: 10, cpu: 20, memory: 10, simplicity: 35 }),
    objective: within(0.2, WAITS.reading) },
  { id: 'signalling', title: 'Signalling', needs: ['browser', 'upstream', 'ordered', 'reliable'], scenario: 'echo',
    network: '4g-lossy', fault: 'rebind',
    weights: weightsOf({ p99: 15, bytes: 5, cpu: 10, memory: 20, simplicity: 30, features: 20 }),
    objective: within(1, WAITS.thought) },
];
