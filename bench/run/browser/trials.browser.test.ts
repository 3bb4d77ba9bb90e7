import { describe, expect, test } from 'vitest';
import { browserHere, browserTrial } from '../../testing/browser/trial.ts';
import { subjects } from '../../testing/subjects.ts';
import { needs, unavailable } from '../../testing/unavailable.ts';

await needs('privateLink');

/** Expectation of a trial in which each of 50 messages reaches `receivers` sessions, and nothing else arrives. */
const closed = (receivers: number) => ({
  messages: {
    due: 50,
    sent: 50,
    unsent: 0,
    expected: 50 * receivers,
    delivered: 50 * receivers,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupt: 0,
    unexpected: 0,
    errors: {},
  },
  wire: { layer: 'link' },
});

const MEASURED = ['ws', 'socketio', 'sse', 'long-polling', 'mqtt:ws', 'graphql', 'webrtc', 'webtransport'];

describe.each((await subjects()).filter(({ name }) => MEASURED.includes(name)))('$name in a browser', (found) => {
  unavailable(found.unavailable);
  const browser = browserHere();

  test.each([false, true])(
    'echo and broadcast, everything accounted for; over TLS: %s',
    { timeout: 240_000 },
    async (tls) => {
      expect(await browserTrial(browser, found.name, 'echo', { tls })).toMatchObject(closed(1));
      expect(await browserTrial(browser, found.name, 'broadcast', { tls })).toMatchObject(closed(7));
    },
  );
});

test('binary messages, with a token', { timeout: 240_000 }, async () => {
  const trial = await browserTrial(browserHere(), 'ws', 'echo', { encoding: 'binary', auth: 'ES256', tls: true });
  expect(trial).toMatchObject(closed(1));
});

test('the browser’s processes are parts of the trial, and its clock is recorded', { timeout: 240_000 }, async () => {
  const trial = await browserTrial(browserHere(), 'ws', 'echo');
  if (!('processes' in trial)) throw new Error(`the trial failed: ${trial.reasons.join()}`);
  const roles = new Set(trial.processes?.map(({ role }) => role));
  expect([...roles]).toEqual(expect.arrayContaining(['server', 'browser', 'renderer', 'network']));
  for (const { role, runtime, rssBytes } of trial.processes ?? []) {
    expect(runtime).toMatch(role === 'server' ? /^node / : /^chromium \d+\./);
    expect(rssBytes).toBeGreaterThan(0);
  }
  const { generator } = trial.usage;
  const ofBrowser = (trial.processes ?? []).filter(({ role }) => role !== 'server');
  expect(ofBrowser.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)).toBeCloseTo(generator.cpuSeconds, 6);
  expect(generator.cpuSeconds).toBeGreaterThan(0);
  expect(trial.clockTickSeconds).toBeGreaterThan(0);
  // An isolated page’s clock; one that is not isolated has steps of 100 µs.
  expect(trial.clockTickSeconds).toBeLessThan(50e-6);
});

test('more sessions than one context allows are dealt to several', { timeout: 240_000 }, async () => {
  const load = { clients: 11, rate: 110, seconds: 0.5 };
  const trial = await browserTrial(browserHere(), 'sse', 'broadcast', load);
  expect(trial).toMatchObject({ messages: { due: 55, sent: 55, delivered: 605, lost: 0, errors: {} } });
  expect(trial).toMatchObject({ usage: { generator: { workers: 3 } } });
});

test('a page sustains 1,000 messages a second of 50 sessions', { timeout: 240_000 }, async () => {
  const trial = await browserTrial(browserHere(), 'ws', 'echo', { clients: 50, rate: 1_000, seconds: 0.5 });
  expect(trial).toMatchObject({
    messages: { due: 500, sent: 500, delivered: 500, lost: 0, duplicated: 0, errors: {} },
  });
});

test('more WebSockets than one context allows', { timeout: 240_000 }, async () => {
  const trial = await browserTrial(browserHere(), 'ws', 'broadcast', { clients: 260, rate: 4, seconds: 0.5 });
  expect(trial).toMatchObject({ messages: { due: 2, sent: 2, delivered: 520, lost: 0, errors: {} } });
  expect(trial).toMatchObject({ usage: { generator: { workers: 2 } } });
});
