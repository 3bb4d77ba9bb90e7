import { describe, expect, test } from 'vitest';
import { type Results, resultsSchema } from '../bench/results/schema.ts';
import { analyse } from './analysis/analyse.ts';
import { herdsOf } from './analysis/figures/herd.ts';
import { neighboursOf } from './analysis/figures/neighbours.ts';
import { coursesOf, reachOf } from './analysis/figures/recovery.ts';
import { textOf } from './analysis/sentences.ts';
import { judgeThresholds } from './analysis/thresholds.ts';
import { gatesOf } from './analysis/trust/gates.ts';
import { compare } from './compare/compare.ts';
import { fatesOf } from './kinds/slow.ts';
import { summaryMarkdown } from './markdown/summary.ts';
import type { MetricId } from './model/metrics.ts';
import type { Group } from './model/model.ts';
import {
  type CarriedAnalysis,
  withEveryFigure,
  withOwnFigures,
  withoutHistograms,
} from './page/document/embedded-data.ts';
import { markupOf, textOf as pageText } from './page/testing/markup.ts';
import { trialsCsv } from './raw/trials-csv.ts';
import { makeReport } from './report.ts';
import { summary } from './terminal/summary.ts';
import { IDLE, makeResults, type TransportSpec } from './testing/fixtures.ts';
import { BLACKHOLE, outageOf, RECOVERING, RECOVERY_RUN, RESTART } from './testing/recovery.ts';

const results = makeResults(RECOVERY_RUN);
const analysis = analyse(results, { resamples: 500 });

function groupNamed(title: RegExp): Group {
  const found = analysis.groups.find((group) => title.test(group.title));
  if (found === undefined) throw new Error(`no question ${title}`);
  return found;
}
const restart = groupNamed(/after a restart/);
const cut = groupNamed(/after a cut/);
const slow = groupNamed(/stop reading/);
const radio = groupNamed(/idle/);

const rowOf = (group: Group, name: string) => {
  const row = group.rows.find((one) => one.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  return row;
};
const cellOf = (group: Group, name: string, id: MetricId) => rowOf(group, name).cells[id];

/** Runs one fault of transports that are made up for a test, without scatter. */
const groupOf = (transports: Readonly<Record<string, TransportSpec>>, scenario = RESTART): Group => {
  const quiet = Object.fromEntries(Object.entries(transports).map(([id, one]) => [id, { noise: 0, ...one }]));
  const [group] = analyse(makeResults({ transports: quiet, scenarios: [scenario] }), { resamples: 200 }).groups;
  if (group === undefined) throw new Error('one question is asked');
  return group;
};

test('the schema accepts the invented run', () => {
  expect(resultsSchema.parse(results)).toEqual(results);
});

describe('figures of a recovery', () => {
  test('are those of the trials', () => {
    const [whole, lost, share] = (['whole', 'missed', 'backShare'] as const).map((id) => cellOf(restart, 'ws', id));
    expect(whole).toMatchObject({ state: 'shown', bounded: 0 });
    expect(whole?.state === 'shown' ? whole.median : 0).toBeCloseTo(0.55, 1);
    expect(lost).toMatchObject({ state: 'shown', median: 0 });
    expect(share).toMatchObject({ state: 'shown', median: 1 });
    expect(cellOf(restart, 'socketio', 'missed')).toMatchObject({ state: 'shown', median: 31 });
    expect(cellOf(restart, 'sse', 'repeated')).toMatchObject({ state: 'shown', median: 1 });
    expect(cellOf(cut, 'sse', 'backShare')).toMatchObject({ state: 'shown', median: 0.9 });
  });

  test('that do not apply are not shown, with their reason, and never zero', () => {
    for (const id of ['detectionP50', 'reconnectionP50', 'catchUp', 'whole', 'herdCpu', 'attemptsPeak'] as const) {
      expect(cellOf(cut, 'ws', id), id).toMatchObject({ state: 'not shown', reason: expect.stringMatching(/./) });
    }
    expect(cellOf(cut, 'ws', 'detectionP50')).toMatchObject({ reason: 'no session noticed an end' });
    expect(cellOf(cut, 'ws', 'reconnectionP50')).toMatchObject({
      reason: 'every session survived without a new connection',
    });
    expect(cellOf(restart, 'ws (library)', 'reconnectionP50')).toMatchObject({ reason: 'no session came back' });
    expect(cellOf(restart, 'ws (library)', 'missed')).toMatchObject({ reason: 'no session came back' });
    expect(cellOf(restart, 'socketio', 'catchUp')).toMatchObject({
      reason: 'each session that came back missed messages for good',
    });
  });

  test('a trial that lost messages or sessions was whole at the end of its observation at the earliest', () => {
    for (const name of ['socketio', 'ws (library)']) {
      expect(cellOf(restart, name, 'whole')).toMatchObject({
        state: 'shown',
        bounded: 6,
        practical: { word: 'worse', bound: '≥' },
      });
    }
  });

  test('who loses nothing comes first, however long it takes; then the time decides', () => {
    const group = groupOf({
      loser: { recoveries: { restart: { noticed: 0.1, reconnection: 0.3, catchUp: 0.1, lost: 1 } } },
      patient: { recoveries: { restart: { noticed: 0.1, reconnection: 9, catchUp: 0.1 } } },
      quick: { recoveries: { restart: { noticed: 0.1, reconnection: 1, catchUp: 0.1 } } },
    });
    expect(group.rows.map(({ name }) => name)).toEqual(['quick', 'patient', 'loser']);
    expect(group.tiers).toMatchObject({ kind: 'tiered', untested: [] });
    expect(textOf(group.answer)).toMatch(/use quick: every other choice is shown to be slower/);
  });

  test('two that lost messages are told from the best, not from each other', () => {
    expect(restart.tiers.kind === 'tiered' ? restart.tiers.untested : null).toEqual([]);
    expect(textOf(restart.answer)).not.toContain('Not testable');
    const all = groupOf({
      a: { recoveries: { restart: { reconnection: 1, lost: 1 } } },
      b: { recoveries: { restart: { reconnection: 1, lost: 2 } } },
    });
    expect(textOf(all.answer)).toMatch(/no verdict: only a lower bound is known of a .* in which messages were lost/);
  });

  test('where sessions survived, staleness decides', () => {
    expect(restart.primary).toBe('whole');
    expect(cut.primary).toBe('staleness');
    expect(groupOf({ a: {}, b: {} }, BLACKHOLE).primary).toBe('whole');
  });

  test('losses are no fault: no warning, and no condition is broken', () => {
    expect(analysis.warnings).toEqual([]);
    const gates = gatesOf({ results, analysis });
    expect(gates.filter(({ status }) => status === 'broken')).toEqual([]);
    expect(gates.find(({ check }) => check === 'Messages intact')).toMatchObject({ status: 'kept' });
    expect(gates.find(({ check }) => check === 'Every message accounted for')).toMatchObject({ status: 'kept' });
  });
});

describe('words about a recovery', () => {
  test('name the fault and the outage', () => {
    expect(restart.title).toBe('50 sessions after a restart of the server of 2 to 4 s');
    expect(cut.title).toBe('50 sessions after a cut of the path of 2 to 4 s');
    expect(textOf(restart.answer)).toMatch(
      /^For 50 sessions after a restart of the server of 2 to 4 s over a wire without delay or loss: use ws: /,
    );
    const titleAt = (dimensions: Record<string, string>) => groupOf({ a: {} }, { ...RESTART, dimensions }).title;
    expect(titleAt({ fault: 'reset' })).toContain('after a reset of their connections');
    expect(titleAt({ fault: 'rebind' })).toContain('after a change of their address');
    expect(titleAt({ fault: 'drain' })).toContain('after an orderly restart of the server');
  });

  test('a single outage is named as it is, and one that the plan does not know by its trials', () => {
    const titleWith = (outage: Results['plan']['outage']) =>
      analyse({ ...results, plan: { ...results.plan, outage } }, { resamples: 10 }).groups[0]?.title;
    expect(titleWith({ minSeconds: 2.5, maxSeconds: 2.5 })).toMatch(/ of 2\.5 s$/);
    expect(titleWith(undefined)).toMatch(/ of 2\.2 to 3\.8 s$/);
  });

  test('notes say what could not be resumed and who stayed away', () => {
    expect(restart.notes).toContain(
      'Not resumed with socketio and socketio (library): the session went with the process.',
    );
    expect(restart.notes).toContain('Not one session came back with tcp (library) and ws (library).');
    expect(cut.notes.join(' ')).toContain('survived, without a new connection, with tcp, ws and socketio');
    expect(restart.notes.join(' ')).not.toContain('Batching');
  });

  test('limits of one fault are missed, met or narrowed to it', () => {
    const limit = { flag: 'ws', scenario: 'recovery', metric: 'whole', operator: '<', limit: 1, text: '' } as const;
    const outcomes = (narrowing: Record<string, string>) =>
      judgeThresholds(results, [{ ...limit, narrowing }]).map(({ outcome }) => outcome);
    expect(outcomes({ fault: 'restart' })).toEqual(['met']);
    expect(outcomes({})).toEqual(['met', 'not testable']);
    expect(outcomes({ fault: 'restart', reconnect: 'library' })).toEqual(['missed']);
    const [judged] = judgeThresholds(results, [
      { ...limit, flag: 'socketio', limit: 60, narrowing: { fault: 'restart' } },
    ]);
    expect(judged).toMatchObject({
      outcome: 'not testable',
      reason: expect.stringMatching(/^only a lower bound is known of socketio, in which messages were lost/),
    });
  });

  test('terminal and Markdown have table, notes and headline, at any width', () => {
    for (const width of [60, 120]) {
      const lines = summary(results, analysis, { width, colour: false }).split('\n');
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
      expect(lines.join('\n')).toMatch(/sse +1\.\d+.*▼ worse/);
    }
    expect(summary(results, analysis, { width: 120, colour: false })).toMatch(/socketio +≥ 40\.0 \(≥ 40\.0\) +31\.0/);
    expect(summaryMarkdown(results, analysis)).toMatch(/### 50 sessions after a restart[\s\S]*whole s/);
  });

  test('CSV has every figure of a trial, and nothing in other trials', () => {
    const [head = '', ...lines] = trialsCsv(results, analysis).split('\r\n');
    const names = head.split(',');
    const read = (line: string | undefined, name: string) => (line ?? '').split(',')[names.indexOf(name)];
    const line = lines.find((one) => one.includes(',socketio,') && read(one, 'fault') === 'restart');
    expect(read(line, 'reconnect')).toBe('');
    expect(read(line, 'lost_per_session')).toBe('31');
    expect(read(line, 'sessions_came_back')).toBe('50');
    expect(read(line, 'resume_limit')).toBe('the session went with the process');
    expect(Number(read(line, 'path_back_seconds')) - Number(read(line, 'fault_seconds'))).toBeCloseTo(outageOf(0), 9);
    const other = lines.find((one) => read(one, 'kind') === 'slow');
    expect(read(other, 'fault')).toBe('');
    expect(read(other, 'sessions_came_back')).toBe('');
    expect(read(other, 'slow_readers')).toBe('5');
  });

  test('two runs are compared by it, unless their outages were drawn from other ranges', () => {
    const { ws, ...others } = RECOVERING;
    const slower = { ...ws, recoveries: { restart: { noticed: 0.1, reconnection: 2, catchUp: 0.1 } } };
    const next = makeResults({ ...RECOVERY_RUN, transports: { ...others, ws: slower }, seed: 2 });
    const row = compare(results, next, { resamples: 500 }).rows.find(
      ({ name, metric }) => name === 'ws' && metric.id === 'whole',
    );
    expect(row).toMatchObject({ kind: 'recovery', verdict: { word: 'worse' } });
    const longer = { ...next, plan: { ...next.plan, outage: { minSeconds: 20, maxSeconds: 40 } } };
    const unlike = compare(results, longer, { resamples: 100 });
    expect(unlike.rows.filter(({ kind }) => kind === 'recovery')).toEqual([]);
  });
});

describe('timeline of a recovery', () => {
  const courses = coursesOf(results.cases, restart);

  test('has the moments of each transport, library first', () => {
    expect(courses.slice(0, 2).map(({ flag, policy }) => [flag, policy])).toEqual([
      ['ws', 'library'],
      ['ws', 'managed'],
    ]);
    const ws = courses.find(({ name }) => name === 'ws');
    expect(ws).toMatchObject({ lost: 0, twice: 0, sessions: { all: 300, survived: 0, cameBack: 300, gone: 0 } });
    expect(ws?.back).toBeCloseTo(3, 9);
    expect(ws?.noticed?.p50).toBeCloseTo(0.1, 1);
    expect((ws?.usable?.p50 ?? 0) - 3).toBeCloseTo(0.5, 1);
    expect((ws?.caughtUp ?? 0) - (ws?.usable?.p50 ?? 0)).toBeCloseTo(0.05, 1);
    expect(ws?.attempts.reduce((sum, { count }) => sum + count, 0)).toBeCloseTo(120, 9);
    expect(courses.find(({ name }) => name === 'socketio')).toMatchObject({ caughtUp: null, lost: 31 });
    expect(courses.find(({ name }) => name === 'ws (library)')).toMatchObject({
      usable: null,
      lost: null,
      twice: null,
    });
  });

  test('has a break only before what comes much later', () => {
    expect(reachOf(courses).behind).toBeNull();
    const { until, behind } = reachOf(coursesOf(results.cases, cut));
    expect(until).toBeLessThan(25);
    expect(behind?.from).toBeGreaterThan(50);
    expect(behind?.to).toBeGreaterThan(90);
  });
});

describe('herd', () => {
  const herds = herdsOf(results.cases, restart);

  test('has the waits before first attempts over all trials, and what the server had of them', () => {
    const ws = herds.find(({ name }) => name === 'ws');
    // Six trials of 50 sessions each, log-normal around half a second.
    expect(ws).toMatchObject({ policy: 'managed', waits: 300, peak: 40, refused: 0 });
    expect(ws?.p50).toBeCloseTo(0.5, 2);
    expect(ws?.p25).toBeCloseTo(0.5 * Math.exp(-0.4 * 0.6745), 1);
    expect(ws?.p95).toBeCloseTo(0.5 * Math.exp(0.4 * 1.645), 1);
    expect(ws?.cpuSeconds).toBeCloseTo(0.2, 1);
  });

  test('leaves out cases without attempts, such as those whose sessions all stay away', () => {
    expect(herds.map(({ name }) => name)).not.toContain('ws (library)');
    expect(herdsOf([], restart)).toEqual([]);
  });
});

describe('slow readers', () => {
  test('are judged by what happens to the others', () => {
    expect(slow.title).toBe('broadcast to 50 clients, some of whom stop reading, at 200 msg/s of 1,024 B');
    expect(slow.primary).toBe('othersRatio');
    expect(cellOf(slow, 'sse', 'othersRatio')).toMatchObject({ practical: { word: 'no practical difference' } });
    expect(cellOf(slow, 'socketio', 'othersRatio')).toMatchObject({ practical: { word: 'worse' } });
    expect(cellOf(slow, 'sse', 'memoryLeft')).toMatchObject({ median: 12 * 2 ** 20 });
    expect(cellOf(slow, 'sse', 'cutAfter')).toMatchObject({ state: 'not shown', reason: 'no slow reader was cut' });
    expect(cellOf(slow, 'ws', 'cutAfter')).toMatchObject({ median: 6, verdict: null });
    expect(cellOf(slow, 'socketio', 'missedByReader')).toMatchObject({ median: 642 });
  });

  test('have their fates in words', () => {
    expect(fatesOf(rowOf(slow, 'ws'))).toBe('5 cut after 6.0 s with 1013');
    expect(fatesOf(rowOf(slow, 'sse'))).toBe('5 caught up');
    expect(fatesOf(rowOf(slow, 'socketio'))).toBe(
      '3 cut after 8.0 s with transport close, 2 missed 210 messages and go on',
    );
    expect(slow.notes.join(' ')).toContain('ws 5 cut after 6.0 s with 1013; sse 5 caught up');
  });

  test('whose fates differ between trials are counted together', () => {
    const { trials } = rowOf(slow, 'ws');
    const changed = trials.map((trial, index) =>
      index > 0 || trial.state === 'failed' || trial.slowReaders === null
        ? trial
        : {
            ...trial,
            slowReaders: { readers: 5, fates: [{ fate: 'caught up', sessions: 5, seconds: null, missed: 0 } as const] },
          },
    );
    expect(fatesOf({ trials: changed })).toBe(
      'of 30 slow readers in 6 trials: 5 caught up, 25 cut after 6.0 s with 1013',
    );
    expect(fatesOf({ trials: [] })).toBeNull();
  });

  test('and their neighbours have a figure', () => {
    const seen = neighboursOf(results.cases, slow).find(({ name }) => name === 'socketio');
    expect((seen?.with ?? 0) / (seen?.without ?? 1)).toBeCloseTo(1.8, 1);
  });
});

describe('idle sessions on a radio', () => {
  test('have the seconds for which it is awake beside bytes and packets', () => {
    expect(radio.metrics.slice(0, 4)).toEqual(['sessionMemory', 'radioAwake', 'idleBytes', 'idlePackets']);
    expect(cellOf(radio, 'socketio', 'radioAwake')).toMatchObject({ state: 'shown', median: 1_440 });
    expect(cellOf(radio, 'ws', 'radioAwake')).toMatchObject({ state: 'shown', median: 0 });
    expect(radio.notes.join(' ')).toContain('stays awake for about 10 s');
    expect(radio.notes.join(' ')).not.toContain('slope');
  });

  test('decide where no memory was read, and have no ratio to a radio that sleeps', () => {
    expect(radio.primary).toBe('radioAwake');
    expect(textOf(radio.answer)).toMatch(
      /no verdict: .*zero.*Lowest radio awake per hour measured: ws \(0 s\), then sse/,
    );
  });

  test('other idle trials have no such column', () => {
    const [group] = analyse(makeResults({ transports: { a: {}, b: {} }, scenarios: [IDLE] }), {
      resamples: 100,
    }).groups;
    expect(group?.metrics).not.toContain('radioAwake');
    expect(group?.notes.join(' ')).not.toContain('Radio');
    expect(group?.rows[0]?.cells.radioAwake).toMatchObject({
      state: 'not shown',
      reason: 'the times of packets are known only of sessions through the relay',
    });
  });
});

describe('the page', async () => {
  const { html } = await makeReport(results, { resamples: 200 });
  const markup = markupOf(html);

  test('has the timeline, the neighbours and their tables', () => {
    expect(markup).toContain('id="question-1-recovery"');
    expect(markup).toContain('id="question-3-neighbours"');
    const text = pageText(html);
    expect(text).toContain('3 of 6 bring every session back and lose nothing');
    expect(text).toMatch(/0\.55 s with ws \(managed\) to 3\.1 s with sse \(library\) after the path is back/);
    expect(text).toContain('Slow readers raise the others’ p99 by more than a quarter with socketio');
    expect(text).toContain('Survived, came back, gone');
    expect(markup).toContain('id="question-1-herd"');
    expect(text).toMatch(/First attempts are spread the least, 0\.\d+ to \d+\.?\d* s after the loss with/);
    expect(text).toContain('Attempts in the busiest second');
  });

  test('says each moment to who reads a chart by keys', () => {
    expect(markup).toMatch(/noticed 0\.\d+ s, 95 % within 0\.\d+ s after the fault/);
    expect(markup).toMatch(/usable 0\.\d+ s, 95 % within 0\.\d+ s after the path is back/);
    expect(markup).toMatch(/300 of 300 sessions back; lost 0, twice 0 a session/);
  });

  test('carries no course over time beside its markup, and stays small', () => {
    const [first] = withoutHistograms(results).cases;
    for (const trial of first?.trials ?? [])
      expect(trial).toMatchObject({ recovery: { timeline: [], firstWaits: '', backSeconds: expect.any(Number) } });
    expect(html.length).toBeLessThan(1_000_000);
  });
});

test('a page carries the figures of each question’s own kind, and has the others again when it is read', () => {
  const carried: CarriedAnalysis = JSON.parse(JSON.stringify(withOwnFigures(analysis)));
  expect(Object.keys(carried.groups[0]?.rows[0]?.cells ?? {})).toHaveLength(12);
  expect(withEveryFigure(carried)).toEqual(JSON.parse(JSON.stringify(analysis)));
});
