import { describe } from 'vitest';
import { platform } from '../../../clients/platform/node.ts';
import { expectNodesAccount } from '../../testing/scale/accounting.ts';
import { expectOneService } from '../../testing/scale/conformance.ts';
import { expectAllBack } from '../../testing/scale/fault.ts';
import { redisOutage } from '../../testing/scale/outage.ts';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { needs } from '../../testing/unavailable.ts';
import { capabilitiesOf } from '../../transports/index.ts';

await needs('redis');

/** Length of a trial of the accounts. */
const SECONDS = 180;
/** Outages of Redis, of which each loses all or nothing of a pair of nodes, by a race. */
const REPEATS = 10;
const OUTAGE_SECONDS = 2;

const milliseconds = (seconds: number | null | undefined): string =>
  seconds == null ? '—' : `${(seconds * 1e3).toFixed(1)} ms`;
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

describe('several nodes', async () => {
  const found = (await subjects()).filter(({ unavailable }) => unavailable === undefined);

  for (const { name, ...choice } of found) {
    for (const nodes of [2, 4]) {
      soak(`${nodes} nodes of ${name}: one service that accounts for ${SECONDS} s`, SECONDS + 180, async () => {
        await expectOneService(choice, { nodes, encoding: 'text', platform });
        if (capabilitiesOf(choice).binary) await expectOneService(choice, { nodes, encoding: 'binary', platform });
        const { latency, messages, usage } = await expectNodesAccount(name, nodes, SECONDS);
        const { sameNode, otherNode } = latency.summary ?? {};
        const micros = (seconds = 0): string => `${((1e6 * seconds) / messages.delivered).toFixed(0)} µs`;
        return (
          `same node ${milliseconds(sameNode?.p50)} and ${milliseconds(sameNode?.p99)}, across ` +
          `${milliseconds(otherNode?.p50)} and ${milliseconds(otherNode?.p99)} (p50, p99); a delivery costs the nodes ` +
          `${micros(usage.server.cpuSeconds)}, Redis ${micros(usage.backplane?.cpuSeconds)}; ${messages.lost} of ${messages.expected} lost`
        );
      });
    }

    soak(`2 nodes of ${name}: Redis away for ${OUTAGE_SECONDS} s, ${REPEATS} times`, REPEATS * 60, async () => {
      const fates = [];
      for (let repeat = 0; repeat < REPEATS; repeat++) fates.push(await redisOutage(choice, OUTAGE_SECONDS));
      const dead = fates.flatMap(({ ended }) => ended);
      if (dead.length > 0) throw new Error(`ended: ${[...new Set(dead)].join('; ')}`);
      const each = fates.map(({ due, lost, late }) => `${percent(lost, due)} / ${percent(late, due)}`);
      const longest = Math.max(...fates.map(({ longestSeconds }) => longestSeconds));
      return `lost / late: ${each.join(', ')}; late by up to ${longest.toFixed(1)} s; none dead`;
    });

    for (const fault of ['node', 'rolling', 'backplane'] as const)
      soak(`2 nodes of ${name}: all back after ${fault}`, 240, () => expectAllBack(name, fault));
  }
});
