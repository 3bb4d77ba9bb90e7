import { expect, test } from 'vitest';
import { nameOf, surfaceOf, transportChoices } from '../../transports/index.ts';
import { attacksOn } from './attacks.ts';
import { keepsState, representatives } from './representatives.ts';

test('every attack on a transport is tried without its variants, or on one that stands for them', async () => {
  const all = transportChoices();
  const chosen = new Set(await representatives(all));
  const attacked = all.filter((choice) => choice.variant === null || chosen.has(choice));
  const attacksIn = async (choices: typeof all): Promise<string[]> => {
    const each = choices.map(async (choice) =>
      (await attacksOn(choice, surfaceOf(choice))).map(({ name }) => `${choice.entry.id}: ${name}`),
    );
    return [...new Set((await Promise.all(each)).flat())].toSorted();
  };
  expect(await attacksIn(attacked)).toEqual(await attacksIn(all));
});

test('each protocol with a variant that compresses has one that stands for it, and not every variant is one', async () => {
  const variants = transportChoices().filter(({ variant }) => variant !== null);
  const chosen = await representatives(transportChoices());
  const protocols = (choices: typeof variants) =>
    new Set(choices.filter((one) => keepsState(one)).map((one) => surfaceOf(one)?.protocol));
  expect(protocols(chosen)).toEqual(protocols(variants));
  expect([...protocols(chosen)]).toEqual(expect.arrayContaining(['websocket', 'http']));
  expect(chosen.length).toBeLessThan(variants.length);
  expect(new Set(chosen.map(nameOf)).size).toBe(chosen.length);
});
