import type { Options } from '../contract.ts';

/** MQTT's quality of service that option `qos` asks both sides for; 0 unless said. */
export function qosOf({ qos }: Options): 0 | 1 | 2 {
  return qos === 1 || qos === 2 ? qos : 0;
}
