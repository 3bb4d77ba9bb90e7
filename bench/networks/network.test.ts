import { describe, expect, test } from 'vitest';
import { NAMED } from './named.ts';
import { effectsOf, type Network, readNetwork } from './network.ts';

function networkOf(text: string): Network {
  const read = readNetwork(text);
  if (!('network' in read)) throw new Error(read.problems.join('; '));
  return read.network;
}

const problemsOf = (text: string): string => {
  const read = readNetwork(text);
  return 'problems' in read ? read.problems.join('\n') : '';
};

describe('a named network', () => {
  test.each(Object.keys(NAMED))('%s is its own canonical form', (name) => {
    const network = networkOf(name);
    expect(network.id).toBe(name);
    expect(network.source).not.toBeNull();
    expect(networkOf(NAMED[name as keyof typeof NAMED].parts)).toEqual({
      ...network,
      id: NAMED[name as keyof typeof NAMED].parts,
      source: null,
    });
  });

  test('takes parts after it, and keeps those that change something', () => {
    expect(networkOf('slow-4g+shared=1')).toMatchObject({ id: 'slow-4g+shared=1', shared: true, rttSeconds: 0.15 });
    expect(networkOf('slow-4g+rtt=150ms')).toEqual(networkOf('slow-4g'));
    expect(networkOf('slow-4g+up=1mbit+rtt=0.2s').id).toBe('slow-4g+rtt=200ms+up=1mbit');
  });
});

describe('a network of parts', () => {
  test('is read with units, in any order, and written in one', () => {
    const network = networkOf('queue=200ms+up=2MBit+down=10mbit+burst=4+loss=1%+jitter=10000us+rtt=0.08s');
    expect(network).toEqual({
      id: 'rtt=80ms+jitter=10ms+loss=1%+burst=4+down=10mbit+up=2mbit',
      rttSeconds: 0.08,
      jitterSeconds: 0.01,
      lossShare: 0.01,
      burstPackets: 4,
      downBitsPerSecond: 10e6,
      upBitsPerSecond: 2e6,
      queueSeconds: 0.2,
      reorderShare: 0,
      shared: false,
      source: null,
    });
  });

  test.each([
    'rtt=80ms+jitter=10ms+loss=1%+burst=4+down=10mbit+up=2mbit',
    'rtt=1ms+reorder=25%',
    'rtt=0.3ms+loss=0.01%',
    'down=10.24mbit+queue=50ms',
    'rtt=7us+up=999bit+shared=1',
    'rtt=0ms',
  ])('%s reads back as itself', (text) => {
    const { id } = networkOf(text);
    expect(networkOf(id).id).toBe(id);
    expect(networkOf(id)).toEqual(networkOf(text));
  });

  test('without a queue has 200 ms of one, and ten full packets at the least', () => {
    expect(effectsOf(networkOf('rtt=10ms+down=8mbit+up=80kbit'))).toMatchObject({
      down: { queueBytes: 200_000, delayMs: 5, bitsPerSecond: 8e6 },
      up: { queueBytes: 15_140, delayMs: 5, bitsPerSecond: 80e3 },
      shared: false,
    });
  });
});

describe('a network that does not exist is refused with its fix', () => {
  test.each([
    ['4g-losy', /unknown network "4g-losy" \(a name, or parts such as rtt=80ms.*\), did you mean "4g-lossy"/],
    ['rtt=80', /rtt takes a time up to 60 s, such as 80ms, not "80"/],
    ['rtt=-80ms', /rtt takes a time/],
    ['rtt=61s', /rtt takes a time/],
    ['loss=100%', /loss takes a percentage below 100/],
    ['loss=0.5', /loss takes a percentage below 100, such as 0.5%, not "0.5"/],
    ['down=0mbit', /down takes a rate above 0/],
    ['down=10', /down takes a rate above 0, such as 1.6mbit/],
    ['delay=80ms', /it has no part "delay"; parts are rtt, jitter/],
    ['rtt=80ms+rtt=90ms', /rtt is given twice/],
    ['rtt=80ms+', /it has no part ""/],
    ['jitter=10ms', /jitter is that of one direction, so it may be at most half of rtt, 0ms/],
    ['rtt=80ms+burst=3', /burst is the length of losses, so it needs loss/],
    ['loss=90%+burst=4', /with bursts of 4 at most 80% can be lost/],
    ['rtt=80ms+queue=1s', /a queue forms before a limited rate, so it needs down or up/],
    ['slow-4g+shared=yes', /shared takes 1 .* or 0/],
    ['rtt=80ms+toString=1', /it has no part "toString"/],
  ])('%s', (text, problem) => {
    expect(problemsOf(text)).toMatch(problem);
  });

  test('all problems at once', () => {
    expect(problemsOf('rtt=x+loss=y').split('\n')).toHaveLength(2);
  });
});
