import { describe, expect, test } from 'vitest';
import type { Results } from '../../../bench/results/schema.ts';
import { analyse } from '../../analysis/analyse.ts';
import { ECHO, makeResults, type ScenarioSpec, type TransportSpec } from '../../testing/fixtures.ts';
import { BLACKHOLE, ON_A_RADIO, RECOVERING, RESTART } from '../../testing/recovery.ts';
import { factOf } from '../candidates.ts';
import type { NeedId } from '../questions/needs.ts';
import type { Fact } from './shape.ts';

const DRAIN: ScenarioSpec = { ...RESTART, dimensions: { fault: 'drain' } };
const LOSSLESS = { noticed: 0.1, reconnection: 0.5, catchUp: 0.1 };

type Resume = NonNullable<Results['transports'][number]['capabilities']['resume']>;

/** Fact about a transport in a run of some scenarios, whose clients resume in the given way. */
function factIn(
  transport: string,
  need: NeedId,
  {
    scenarios,
    spec = RECOVERING[transport] ?? {},
    resume = 'native',
    trials = 6,
  }: {
    readonly scenarios: readonly ScenarioSpec[];
    readonly spec?: TransportSpec;
    readonly resume?: Resume;
    readonly trials?: number;
  },
): Fact | undefined {
  const made = makeResults({ transports: { [transport]: spec }, scenarios, trials });
  const results: Results = {
    ...made,
    transports: made.transports.map((one) => ({ ...one, capabilities: { ...one.capabilities, resume } })),
  };
  const analysis = analyse(results, { resamples: 100 });
  const row = analysis.groups[0]?.rows.find(({ name }) => name === transport);
  return row && factOf(row, need, { results, analysis });
}

describe('reconnecting without loss', () => {
  test('is what specifications say in a run without a fault', () => {
    expect(factIn('sse', 'replay', { scenarios: [ECHO] })).toMatchObject({ tag: 'specification' });
  });

  test('is measured where sessions came back and lost nothing', () => {
    expect(factIn('sse', 'replay', { scenarios: [RESTART] })).toMatchObject({
      value: 'yes',
      tag: 'measured',
      note: 'nothing was lost in “50 sessions after a restart of the server of 2 to 4 s”',
    });
  });

  test('is a matter of the application where a client says what it received last', () => {
    expect(factIn('ws', 'replay', { scenarios: [RESTART], resume: 'log' })).toMatchObject({
      value: 'depends',
      tag: 'measured',
      note: expect.stringMatching(/^the application keeps its messages/),
    });
  });

  test('is no where messages were lost after each fault, and depends on the fault where after some', () => {
    const lossy = { recoveries: { restart: { ...LOSSLESS, lost: 7 }, drain: LOSSLESS } };
    expect(factIn('ws', 'replay', { scenarios: [RESTART], spec: lossy })).toMatchObject({
      value: 'no',
      tag: 'measured',
      note: expect.stringMatching(/^up to 7\.0 messages a session were lost/),
    });
    expect(factIn('ws', 'replay', { scenarios: [RESTART, DRAIN], spec: lossy })).toMatchObject({
      value: 'depends',
      note: expect.stringMatching(/^sessions end otherwise than in “50 sessions after a restart/),
    });
  });

  test('stays open where another form of the transport may do it', () => {
    expect(factIn('socketio', 'replay', { scenarios: [RESTART] })).toMatchObject({
      tag: 'specification',
    });
  });

  test('is not told by sessions that survived, nor by too few trials', () => {
    expect(factIn('ws', 'replay', { scenarios: [BLACKHOLE] })).toMatchObject({ tag: 'specification' });
    expect(factIn('sse', 'replay', { scenarios: [RESTART], trials: 2 })).toMatchObject({
      tag: 'specification',
    });
  });
});

describe('a silent session', () => {
  const awake = (awakeSecondsPerHour: number) =>
    factIn('ws', 'quiet', {
      scenarios: [ON_A_RADIO],
      spec: { radio: { awakeSecondsPerHour, bytesPerHour: 0, packetsPerHour: 0 } },
    });

  test('is almost free by the seconds for which it keeps a radio awake', () => {
    expect(awake(0)).toMatchObject({ value: 'yes', tag: 'measured' });
    expect(awake(1_440)).toMatchObject({
      value: 'depends',
      note: 'a phone’s radio awake for 1,440 s of each hour is acceptable',
    });
    expect(awake(3_600)).toMatchObject({
      value: 'no',
      note: 'it keeps a phone’s radio awake for 3,600 s of each hour',
    });
  });

  test('is what specifications say where no radio was measured', () => {
    expect(factIn('ws', 'quiet', { scenarios: [ECHO] })).toMatchObject({ tag: 'specification' });
  });
});
