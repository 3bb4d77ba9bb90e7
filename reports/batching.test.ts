import { describe, expect, test } from 'vitest';
import { transports } from '../bench/transports/index.ts';
import { advise } from './advice/advise.ts';
import type { Answers } from './advice/model.ts';
import { weightsOf } from './advice/questions/criteria.ts';
import { adviceDocument, flipText } from './advice/words.ts';
import { analyse } from './analysis/analyse.ts';
import { textOf } from './analysis/sentences.ts';
import { decisionRecord } from './markdown/decision-record.ts';
import { summaryMarkdown } from './markdown/summary.ts';
import { bytesTakeaway, intervalTakeaway } from './page/figures/captions.ts';
import { textOf as pageText } from './page/testing/markup.ts';
import { makeReport } from './report.ts';
import { adviceText } from './terminal/advice.ts';
import { summary } from './terminal/summary.ts';
import { BROADCAST, CAPACITY, ECHO, makeResults, type RunSpec, type TransportSpec } from './testing/fixtures.ts';

/** Late and light, as a transport that polls; quick and heavier, as one that sends at once. */
const light: TransportSpec = { p50Ms: 50, framing: 2, cpuMicros: 4, noise: 0 };
const quick: TransportSpec = { p50Ms: 1, framing: 70, cpuMicros: 20, noise: 0 };
const SCENARIO = { ...BROADCAST, rate: 200 };

function judged(spec: RunSpec) {
  const results = makeResults({ scenarios: [SCENARIO], ...spec });
  const analysis = analyse(results, { resamples: 200 });
  const [group] = analysis.groups;
  if (group === undefined) throw new Error('no group');
  return { results, analysis, group };
}

const answers = (given: Partial<Answers> = {}): Answers => ({
  preset: null,
  needs: [],
  objective: null,
  weights: weightsOf({ p99: 60, bytes: 25, cpu: 15 }),
  judged: [],
  judgement: true,
  load: { scenario: null, preferred: null, clients: null, rate: null, size: null },
  ...given,
});

/** Everything that a reader sees of a run, and of the advice from it. */
function outputs({ results, analysis, group }: ReturnType<typeof judged>) {
  const advice = advise({ results, analysis }, answers(), { draws: 100 });
  return {
    preference: textOf(group.preference),
    terminal: summary(results, analysis, { width: 200, colour: false }),
    markdown: summaryMarkdown(results, analysis),
    captions: [bytesTakeaway(group), intervalTakeaway(group, 'bytes'), intervalTakeaway(group, 'cpu')].join('\n'),
    advice: adviceText(advice, { width: 100, colour: false }).replace(/\s+/g, ' '),
    record: decisionRecord(advice, { command: 'npm run choose' }),
    document: adviceDocument(advice),
  };
}

const names = [
  ['short-polling', 'ws'],
  ['ws', 'short-polling'],
  ['mine', 'sse'],
] as const;

describe.each([
  ['counted on the link', { wire: 'link', batch: { perPacket: 8 }, said: '12 messages per packet' }],
  ['declared', { wire: 'socket', batch: { batches: true }, said: 'several messages in one answer or frame' }],
] as const)('batching that is %s', (_what, { wire, batch, said }) => {
  test.each(names)('is named, with its rate, wherever %s is praised for its bytes or CPU time', (batching, other) => {
    const shown = outputs(judged({ wire, transports: { [batching]: { ...light, ...batch }, [other]: quick } }));
    const { terminal, markdown, captions, preference, advice, record, document } = shown;
    const remark = ` (batching: `;
    expect(preference).toContain(`bytes per message${remark}`);
    expect(preference).toContain(`server CPU per message${remark}`);
    for (const text of [preference, captions, ...(batching === 'mine' ? [] : [advice, record, document])]) {
      expect(text).toMatch(/\(batching: [^)]*(?:messages per packet|messages in one answer or frame) at 200 msg\/s\)/);
    }
    for (const text of [terminal, markdown, ...(batching === 'mine' ? [] : [advice, record, document])]) {
      expect(text).toContain(`‡ Batching: several messages travelled together with ${batching} (`);
      expect(text).toContain('hold at 200 msg/s');
      expect(text).toMatch(/\d‡/);
    }
    expect(said).toMatch(/messages/);
  });

  test.each(names)('follows the figures: turned round, %s has no such remark', (batching, other) => {
    const shown = outputs(
      judged({ wire, transports: { [batching]: light, [other]: { ...quick, framing: 400, ...batch } } }),
    );
    // The heavier one batches now: its bytes are no merit, and those of the lighter one are its own.
    expect(shown.preference).toContain('bytes per message');
    for (const text of [shown.preference, shown.captions]) expect(text).not.toContain('(batching');
    expect(shown.terminal).toContain(`‡ Batching: several messages travelled together with ${other} (`);
  });
});

test('the packets of a link decide over what is declared', () => {
  const transports = { polling: { ...light, batches: true }, mine: { ...quick, perPacket: 4 } };
  const { group } = judged({ wire: 'link', transports });
  const batched = Object.fromEntries(group.rows.map((row) => [row.name, row.batched]));
  expect(batched).toEqual({ polling: null, mine: { perPacket: expect.any(Number) } });
});

test('the page marks the figures, explains the mark, and names batching where it holds bytes up', async () => {
  const transports = { ws: quick, sse: { ...light, perPacket: 8 } };
  const { html } = await makeReport(makeResults({ wire: 'link', transports, scenarios: [SCENARIO] }));
  const text = pageText(html);
  expect(text).toMatch(/\d‡/);
  expect(text).toContain('‡ Batching: several messages travelled together with sse (');
  expect(text).toMatch(/sse is shown to be better than ws in bytes per message \(batching: [^)]* at 200 msg\/s\)/);
  expect(text).toMatch(/sse spends the fewest bytes, .* \(batching: /);
});

test('messages too large to share a packet are those of an answer if that is declared', () => {
  const large = { scenarios: [{ ...SCENARIO, size: 1_400 }], wire: 'link' as const };
  const { group } = judged({ ...large, transports: { a: { ...light, batches: true }, b: quick } });
  expect(group.rows.map(({ batched }) => batched?.perPacket ?? null)).toEqual([null, null]);
  expect(group.rows.find(({ name }) => name === 'a')?.batched).toEqual({ perPacket: null });
});

test('is named where a change of weights would put it first', () => {
  const { results, analysis } = judged({ wire: 'link', transports: { ws: quick, sse: { ...light, perPacket: 8 } } });
  const advice = advise({ results, analysis }, answers({ weights: weightsOf({ p99: 90, bytes: 10 }) }), { draws: 50 });
  expect(flipText(advice)).toMatch(/^sse \(batching: .* messages per packet at 200 msg\/s\) comes first if “/);
});

test('one that leads in latency too is named among the leaders with what its bytes are', () => {
  const { group } = judged({ wire: 'link', transports: { a: { ...quick, framing: 2, perPacket: 8 }, b: quick } });
  expect(textOf(group.tieBreak)).toMatch(/b in bytes per message \(batching: .* at 200 msg\/s\)/);
});

test('in a search, it holds at the rate that was reached', () => {
  const transports = { a: { capacity: 9_000, batches: true, framing: 1 }, b: { capacity: 9_000, framing: 99 } };
  const { group } = judged({ transports, scenarios: [CAPACITY] });
  expect(group.notes.at(-1)).toContain('hold at the rate that was reached');
});

test('without messages that shared anything there is no remark and no mark', () => {
  const shown = outputs(judged({ wire: 'link', transports: { ws: light, sse: quick }, scenarios: [ECHO] }));
  for (const text of Object.values(shown)) expect(text).not.toMatch(/‡|\(batching|Batching:/);
});

test('a transport declares it if its option or its answers gather messages', () => {
  const declared = transports.flatMap(({ id, capabilities, variants }) => [
    ...(capabilities.batches === true ? [id] : []),
    ...variants.flatMap((variant) => (variant.capabilities?.batches === true ? [`${id}:${variant.id}`] : [])),
  ]);
  const gathering = transports.flatMap(({ id, family, variants }) => [
    ...(family === 'polling' ? [id] : []),
    ...variants.flatMap(({ id: variant, options }) =>
      options.batchMs !== undefined || options.transport === 'polling' ? [`${id}:${variant}`] : [],
    ),
  ]);
  expect(declared.toSorted()).toEqual(gathering.toSorted());
});
