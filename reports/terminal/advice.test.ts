import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { advise } from '../advice/advise.ts';
import type { Answers } from '../advice/model.ts';
import { EQUAL } from '../advice/questions/criteria.ts';
import { analyse } from '../analysis/analyse.ts';
import { CAPACITY, ECHO, makeResults, SEVEN } from '../testing/fixtures.ts';
import { adviceText } from './advice.ts';

const results = makeResults({ transports: { ...SEVEN, mine: { title: 'Mine' } }, scenarios: [ECHO, CAPACITY] });
const measured = { results, analysis: analyse(results, { resamples: 300 }) };
const answers: Answers = {
  preset: null,
  needs: ['browser'],
  objective: null,
  weights: EQUAL,
  judged: [],
  judgement: true,
  load: { scenario: null, preferred: null, clients: null, rate: null, size: null },
};
const advice = advise(measured, answers, { draws: 300 });

test('the answer comes first, then both certainties, then every option with its reasons', () => {
  const text = adviceText(advice, { width: 100, colour: false });
  const lines = text.split('\n');
  expect(lines[0]).toBe('Use ws.');
  expect(lines.findIndex((line) => line.startsWith('Measurement: '))).toBeGreaterThan(0);
  expect(lines.findIndex((line) => line.startsWith('Preference: '))).toBeGreaterThan(0);
  expect(text).toMatch(/^transport +rating +cost +p99 \(14 %\)/m);
  expect(text).toMatch(/^Use · ws: lowest cost by your weights\n {2}\+ [^[]*\[measured\]/m);
  expect(text).toMatch(/^Only if · mqtt: only in a form not measured here: over WebSocket;/m);
  expect(text).toMatch(/^mine: not judged, because the advisor has no facts about it$/m);
  expect(text).toMatch(/^What would change the answer$/m);
});

test.each([60, 80, 160])('fits %i columns, and holds no escape code without colour', (width) => {
  const plain = adviceText(advice, { width, colour: false });
  expect(stripVTControlCharacters(plain)).toBe(plain);
  const { measure } = advice;
  expect(measure).toContain('npm run bench -- --transports ');
  // A command stays whole, so that it can be copied.
  const lines = plain.split('\n').filter((line) => line !== `  ${measure}`);
  expect(lines).toHaveLength(plain.split('\n').length - 1);
  for (const line of lines) expect([...line].length, line).toBeLessThanOrEqual(width);
  expect(stripVTControlCharacters(adviceText(advice, { width, colour: true }))).toBe(plain);
});

test('a name moves no cursor and begins no line', () => {
  const evil = 'x\u001b[31m\nUse mine\u202e';
  const odd = makeResults({ transports: { ws: { variant: evil, title: evil }, mqtt: {}, [evil]: {} } });
  const text = adviceText(
    advise({ results: odd, analysis: analyse(odd, { resamples: 100 }) }, { ...answers, needs: [] }, { draws: 50 }),
    { width: 80, colour: false },
  );
  expect(stripVTControlCharacters(text)).toBe(text);
  expect(text).not.toContain('\u202e');
  expect(text).not.toMatch(/^Use mine/m);
});
