import { expect, test } from 'vitest';
import { makeReport } from '../../report.ts';
import { makeResults } from '../../testing/fixtures.ts';

const LATE = {
  state: 'invalid',
  reasons: ['schedule kept: 71.2 % of messages left within 5 ms of their due time'],
} as const;
const SOLE = { state: 'suspect', reasons: ['nothing lost: 3 of 1200 deliveries lost'] } as const;
const GONE = { state: 'failed', reasons: ['connect ECONNREFUSED 127.0.0.1:4711'] } as const;

/** Texts of the cells of each row in the table of every trial, and the reasons above it. */
async function tableOf(transports: Parameters<typeof makeResults>[0]['transports']) {
  const { html } = await makeReport(makeResults({ transports, trials: 7 }), { resamples: 100 });
  const [, details = ''] = html.split('<summary>Every trial');
  const [section = ''] = details.split('</details>');
  const textOf = (markup: string): string =>
    markup
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim();
  const rows = section
    .split('<tr>')
    .slice(2)
    .map((row) =>
      row
        .split(/<t[dh][^>]*>/)
        .slice(1)
        .map(textOf),
    );
  const listed = [...section.matchAll(/<li>(.*?)(?=<li>|<\/ol>)/g)].map(([, text = '']) => textOf(text));
  return { rows, listed, section };
}

test('a reason of several trials stands above the table once, and in each row by a word', async () => {
  const faults = { 0: LATE, 1: { ...LATE, reasons: [LATE.reasons[0].replace('71.2', '65.0')] }, 4: SOLE };
  const { rows, listed, section } = await tableOf({
    ws: { p50Ms: 1, faults, lost: 3 },
    sse: { p50Ms: 3, faults: { 2: GONE, 3: GONE, 5: LATE } },
  });
  expect(listed).toEqual([`${LATE.reasons[0]} (and 2 more like it)`, `${GONE.reasons[0]} (×2)`]);
  expect(rows.map((row) => row.at(-1)).filter((text) => text !== '')).toEqual([
    'sent late (1)',
    'sent late (1)',
    SOLE.reasons[0],
    'reason (2)',
    'reason (2)',
    'sent late (1)',
  ]);
  expect(section.split(/left within 5\sms/)).toHaveLength(2);
});

test('a reason of one trial stands in its row, and there is no list', async () => {
  const { rows, listed } = await tableOf({ ws: { p50Ms: 1, faults: { 2: LATE } }, sse: { p50Ms: 3 } });
  expect(listed).toEqual([]);
  expect(rows[2]?.at(-1)).toBe(LATE.reasons[0]);
});

test('an invalid trial has counts and no figures', async () => {
  const { rows } = await tableOf({ ws: { p50Ms: 1, faults: { 2: LATE } }, sse: { p50Ms: 3 } });
  const dashes = rows.map((row) => row.filter((text) => text === '—').length);
  expect(dashes[2]).toBeGreaterThan(dashes[1] ?? 0);
  expect(rows[2]).toContain('✕ invalid');
  expect(rows[2]?.filter((text) => /^\d+\.\d+$/.test(text)).length).toBeLessThan(
    rows[1]?.filter((text) => /^\d+\.\d+$/.test(text)).length ?? 0,
  );
});
