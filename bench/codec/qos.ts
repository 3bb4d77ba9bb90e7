import type { Options } from '../contract.ts';

/** MQTT quality of service of both sides, from option `qos`; 0 by default. */
export function qosOf({ qos }: Options): 0 | 1 | 2 {
  return qos === 1 || qos === 2 ? qos : 0;
}
