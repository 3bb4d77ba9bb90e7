import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { singleTrial } from '../instrument/single-trial.ts';
import { readOptions } from '../plan/options.ts';
import { makePlan } from '../plan/plan.ts';
import { transportNames } from '../registry.ts';
import { place } from './affinity.ts';
import { type Link, openLink } from './link.ts';
import { runTrial } from './trial.ts';

let link: Link;
beforeAll(async () => {
  link = await openLink('auto');
});
afterAll(() => link.close());

const read = readOptions({
  transports: { value: transportNames(), where: '' },
  scenarios: { value: 'wire', where: '' },
});
const cases = 'problems' in read ? [] : makePlan(read.options).cases;

describe('bytes of one message at a time', () => {
  test('are checked for every transport and variant at four sizes', () => {
    expect(cases.length).toBe(4 * transportNames().length);
  });

  test.each(cases)('$id: the sockets carry what the formula says, to the byte', async (planned) => {
    const { trial } = await runTrial(planned, singleTrial({ placement: place(1), link }));
    expect(trial.reasons).toEqual([]);
    if (trial.state === 'failed' || trial.theory === undefined) throw new Error('nothing to compare');
    const { theory, wire, messages } = trial;
    expect(messages).toMatchObject({ sent: theory.exchanges, delivered: theory.exchanges });
    const { up, down } = wire.socket ?? wire;
    // Datagrams are not what the sockets count: only a link says what they cost.
    if (wire.datagrams === undefined) expect({ up, down }).toEqual({ up: theory.up, down: theory.down });
    if (wire.layer !== 'link') return;

    const { packetsUp = 0, packetsDown = 0 } = wire;
    expect(packetsUp).toBeGreaterThanOrEqual(theory.segmentsUp);
    expect(packetsDown).toBeGreaterThanOrEqual(theory.segmentsDown);
    // Acknowledgements counted; what is left are TCP's options where packets overtook one another, or a keep-alive.
    const packets = packetsUp + packetsDown;
    const alone = (theory.acknowledgementBytes ?? 0) * (packets - theory.segmentsUp - theory.segmentsDown);
    const inTheory = theory.up + theory.down + theory.packetBytes * packets + alone;
    const most = wire.datagrams === undefined ? 0.01 : 0.02;
    expect(Math.abs(wire.up + wire.down - inTheory)).toBeLessThan(inTheory * most);
  });
});
