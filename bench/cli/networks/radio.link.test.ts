import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseResults } from '../../results/file.ts';
import { wirebench } from '../../testing/in-process.ts';
import { foundAsAsked } from '../../testing/network/found.ts';

const NETWORK = 'rtt=20ms';

test('idle sessions with heartbeats: memory on the link, the use of a radio over a network', async () => {
  const out = mkdtempSync(join(tmpdir(), 'wirebench-radio-'));
  try {
    const flags = [
      '--transports',
      'ws,webrtc',
      '--scenarios',
      'idle',
      '--heartbeat',
      '1s',
      '--network',
      `none,${NETWORK}`,
    ];
    const small = ['--clients', '6', '--duration', '2', '--trials', '1', '--beside', '2', '--out', out];
    await wirebench(['run', ...flags, ...small], {
      testNetwork: async (_, network) => foundAsAsked(network),
    });
    const results = parseResults(readFileSync(join(out, 'results.json'), 'utf8'), 'results');
    expect(results.plan.leftOut).toMatchObject([
      {
        name: 'webrtc',
        kind: 'not supported',
        dimensions: { heartbeat: '1s' },
        reason: expect.stringContaining('ICE'),
      },
    ]);
    const [none, over] = ['none', NETWORK].map((network) => results.cases.find((one) => one.network === network));
    for (const one of [none, over]) {
      expect(one).toMatchObject({ dimensions: { heartbeat: '1s' }, effective: { heartbeatSeconds: 1 } });
      // Other programs may have spoilt a trial, which changes neither figures nor what there is of them.
      expect(one?.trials.at(-1)?.state).not.toBe('failed');
    }
    expect(none?.trials.at(-1)).toHaveProperty('memory');
    expect(none?.trials.at(-1)).not.toHaveProperty('radio');
    expect(over?.trials.at(-1)).not.toHaveProperty('memory');
    // Three heartbeats, in each of which the tail of ten seconds does not end.
    expect(over?.trials.at(-1)).toMatchObject({ radio: { tailSeconds: 10, seconds: expect.closeTo(3, 0) } });
    const { awakeSecondsPerHour = 0, packetsPerHour = 0 } = Object(over?.trials.at(-1)).radio ?? {};
    expect(awakeSecondsPerHour).toBeCloseTo(3_600, 0);
    // A ping, a pong and an acknowledgement each.
    expect(packetsPerHour).toBeGreaterThanOrEqual(2 * 3_600);
    expect(packetsPerHour).toBeLessThanOrEqual(5 * 3_600);
  } finally {
    rmSync(out, { recursive: true });
  }
}, 120_000);
