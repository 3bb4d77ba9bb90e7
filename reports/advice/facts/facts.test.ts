import { expect, test } from 'vitest';
import { transports } from '../../../bench/transports/index.ts';
import { NEEDS } from '../questions/needs.ts';
import { PRESETS } from '../questions/presets.ts';
import { FACTS, factsOf } from './index.ts';
import { ELSEWHERE } from './shape.ts';

const families = Object.entries(FACTS);
const everyFact = families.flatMap(([id, { facts, variants = {} }]) => [
  ...NEEDS.map((need) => ({ where: `${id} ${need.id}`, fact: facts[need.id] })),
  ...Object.entries(variants).flatMap(([variant, own]) =>
    Object.entries(own).map(([need, fact]) => ({ where: `${id}:${variant} ${need}`, fact })),
  ),
]);

test('every transport a team would weigh has an answer to every need, but the floor, which is never advised', () => {
  const weighed = transports.filter(({ floor }) => floor !== true).map(({ id }) => id);
  expect(families.map(([id]) => id).toSorted()).toEqual(weighed.toSorted());
  for (const [, { facts }] of families)
    expect(Object.keys(facts).toSorted()).toEqual(NEEDS.map(({ id }) => id).toSorted());
});

test('every fact has a clause, an address and a tag, and says in words what it means', () => {
  expect(everyFact.length).toBeGreaterThan(11 * NEEDS.length);
  for (const { where, fact } of everyFact) {
    expect(fact.source.clause, where).toMatch(/\S/);
    expect(fact.source.url, where).toMatch(/^https:\/\/[\w.-]+\//);
    expect(['specification', 'judgement'], where).toContain(fact.tag);
    expect(fact.note, where).toMatch(/\S/);
  }
});

test('every judgement says that it is one, and why', () => {
  for (const [id, { judgements }] of families) {
    for (const judgement of Object.values(judgements)) {
      expect(judgement.tag, id).toBe('judgement');
      expect(judgement.note, id).toMatch(/\S/);
      expect(judgement.source.clause, id).toMatch(/judgement of the authors/);
    }
  }
});

test('another form that has a name has facts of its own, which meet the need', () => {
  for (const [id, { facts }] of families) {
    for (const need of NEEDS) {
      const { form, value } = facts[need.id];
      if (form === undefined) continue;
      expect(value, `${id} ${need.id}`).toBe(ELSEWHERE);
      expect(['yes', 'depends'], `${id}:${form} ${need.id}`).toContain(factsOf(id, form)?.[need.id].value);
    }
  }
});

test('a variant inherits what it does not say otherwise', () => {
  const [plain, variant] = [factsOf('mqtt', null), factsOf('mqtt', 'ws')];
  expect(plain?.browser.value).toBe(ELSEWHERE);
  expect(variant?.browser.value).toBe('yes');
  expect(variant?.devices).toEqual(plain?.devices);
  expect(factsOf('ws', 'deflate')).toEqual(factsOf('ws', null));
});

test('base64 is bytes on a condition, whatever carries it', () => {
  for (const id of ['sse', 'long-polling', 'graphql']) expect(factsOf(id, 'base64')?.binary.value, id).toBe('depends');
  expect(factsOf('socketio', 'polling')?.binary.value).toBe('depends');
});

test('nothing is known of what nobody wrote down, whatever its name', () => {
  for (const name of ['tcp', 'mine', 'constructor', '__proto__']) expect(factsOf(name, null)).toBeUndefined();
});

test('a preset can be met by some transport', () => {
  for (const { id, needs, weights } of PRESETS) {
    const able = families.filter(([, { facts }]) => needs.every((need) => facts[need].value !== 'no'));
    expect(able.length, id).toBeGreaterThan(0);
    expect(
      Object.values(weights).reduce((sum, weight) => sum + weight, 0),
      id,
    ).toBe(100);
  }
});
