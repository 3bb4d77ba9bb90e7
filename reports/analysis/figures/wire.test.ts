import { describe, expect, test } from 'vitest';
import type { Results, Trial } from '../../../bench/results/schema.ts';
import { wireReport, wireTable } from '../../terminal/wire-table.ts';
import { CONNECT, ECHO, IDLE, makeResults, type RunSpec, WIRE } from '../../testing/fixtures.ts';
import { decodeTrial } from '../decode.ts';
import { measure } from '../measure.ts';
import { wireRows, wireTakeaway } from './wire.ts';

const rowsOf = (spec: Omit<RunSpec, 'scenarios'>) => wireRows(makeResults({ ...spec, scenarios: [WIRE] }));

/** The run as if its messages were datagrams. */
function inDatagrams(results: Results): Results {
  const cases = results.cases.map((one) => ({
    ...one,
    trials: one.trials.map((trial): Trial => {
      if (trial.state === 'failed') return trial;
      const { socket: _, ...wire } = { ...trial.wire, datagrams: true as const };
      const theory = trial.theory === undefined ? {} : { theory: { ...trial.theory, acknowledgementBytes: 10 } };
      return { ...trial, wire, ...theory };
    }),
  }));
  return { ...results, cases };
}

describe('theory beside measurement', () => {
  test('at the sockets, per message, both ways', () => {
    const [row] = rowsOf({ transports: { ws: { framing: 6, title: 'WebSocket' } } });
    expect(row).toMatchObject({ name: 'ws', title: 'WebSocket', size: 128, exchanges: 200, trials: 6, reason: null });
    const exact = { socket: { theory: 134, measured: 134, difference: 0, share: 0 }, link: null };
    expect(row?.up).toEqual(exact);
    expect(row?.down).toEqual(exact);
  });

  test('on the link, with the headers of every packet that was counted', () => {
    const [row] = rowsOf({ transports: { ws: { framing: 6 } }, wire: 'link' });
    // A packet for the data, and half a packet of acknowledgement: 66 bytes each.
    expect(row?.up?.socket).toEqual({ theory: 134, measured: 134, difference: 0, share: 0 });
    expect(row?.up?.link).toEqual({
      theory: 134 + 1.5 * 66,
      measured: 134 + 1.5 * 66,
      difference: 0,
      share: 0,
      packets: { counted: 1.5, forData: 1, more: 0.5 },
    });
  });

  test('a difference is measured less theory, in bytes and as a share of the theory', () => {
    const [row] = rowsOf({ transports: { a: { framing: 12, beyondTheory: 2 } }, wire: 'link' });
    expect(row?.up?.socket).toMatchObject({ theory: 138, measured: 140, difference: 2, share: 2 / 138 });
    expect(row?.up?.link).toMatchObject({ difference: 2 });
    expect(row?.down?.socket?.difference).toBe(0);
  });

  test('without a formula the measured bytes stand alone', () => {
    const [row] = rowsOf({ transports: { a: { framing: 12, beyondTheory: null } }, wire: 'link' });
    expect(row).toMatchObject({ reason: 'no formula', source: null, exchanges: 200 });
    expect(row?.up?.socket).toEqual({ theory: null, measured: 140, difference: null, share: null });
    expect(row?.up?.link).toMatchObject({ theory: null, packets: { counted: 1.5, forData: null, more: null } });
  });

  test('without a valid trial there are no figures, and the reason', () => {
    const faults = { 0: { state: 'invalid', reasons: ['late'] } } as const;
    const [row] = rowsOf({ transports: { a: { faults } }, trials: 1 });
    expect(row).toMatchObject({ up: null, down: null, trials: 0, reason: 'none of 1 trial is valid' });
    expect(rowsOf({ transports: { a: {} }, done: 0 })[0]?.reason).toBe('no trial was run');
  });

  test('datagrams have no figure at the sockets; on the link, lone acknowledgements have bytes of their own', () => {
    const results = inDatagrams(makeResults({ transports: { a: { framing: 6 } }, wire: 'link', scenarios: [WIRE] }));
    const [row] = wireRows(results);
    expect(row?.up?.socket).toBeNull();
    // Half a packet besides that of the data: 10 bytes and the packet's 66.
    expect(row?.up?.link).toMatchObject({ theory: 134 + 1.5 * 66 + 0.5 * 10, measured: 134 + 1.5 * 66 });
    const takeaway = 'Datagrams are counted only on the link; their 2 figures are within 2.1 % of the formulas.';
    expect(wireTakeaway(wireRows(results))).toBe(takeaway);
    expect(wireTable(wireRows(results), { width: 160 })[1]).toMatch(/^a +128 +up +— +— +— +— +238 +233 /);
  });

  test('without a private link there is no figure of datagrams, and the reason', () => {
    const [row] = wireRows(inDatagrams(makeResults({ transports: { a: {} }, scenarios: [WIRE] })));
    expect(row).toMatchObject({
      up: null,
      down: null,
      reason: 'not counted: bytes of datagrams can be counted only on a private link',
    });
  });

  test('other kinds of scenario have no row', () => {
    expect(wireRows(makeResults({ transports: { a: {} } }))).toEqual([]);
  });

  test('the takeaway counts what holds to the byte and names what is furthest off', () => {
    expect(wireTakeaway(rowsOf({ transports: { a: {}, b: {} } }))).toBe(
      'At the sockets, all 4 figures match the formulas exactly.',
    );
    expect(wireTakeaway(rowsOf({ transports: { a: {}, b: { beyondTheory: -1 }, c: { beyondTheory: 3 } } }))).toBe(
      'At the sockets, 4 of 6 figures match the formulas exactly. Largest difference: c up at 128 B, by +3 B (+2.26 %).',
    );
    expect(wireTakeaway(rowsOf({ transports: { a: { beyondTheory: null } } }))).toBe(
      'No measured message has a formula.',
    );
  });
});

describe('bytes of datagrams', () => {
  test.each([
    ['bytes', ECHO],
    ['idleBytes', IDLE],
    ['setupBytes', CONNECT],
  ] as const)('%s are shown of a link and not of the sockets', (id, scenario) => {
    const shownOn = (wire: 'socket' | 'link') => {
      const [one] = inDatagrams(makeResults({ transports: { a: {} }, scenarios: [scenario], wire })).cases;
      const [trial] = one!.trials;
      if (trial === undefined || trial.state === 'failed') throw new Error('no trial');
      return measure(id, decodeTrial(trial), { clients: one!.clients, objectiveSeconds: 0.05 });
    };
    expect(shownOn('link')).toMatchObject({ shown: true });
    expect(shownOn('socket')).toMatchObject({ shown: false, reason: expect.stringMatching(/private link/) });
  });
});

describe('as a table of text', () => {
  const spec = { transports: { ws: { framing: 6 }, a: { framing: 12, beyondTheory: 2 }, g: { beyondTheory: null } } };

  test('a line each way', () => {
    const lines = wireTable(rowsOf(spec), { width: 120 });
    expect(lines).toHaveLength(7);
    expect(lines[0]).toMatch(/^transport +size +way +theory B +socket B +Δ B +Δ %$/);
    expect(lines[1]).toMatch(/^ws +128 +up +134 +134 +0 +0 %$/);
    expect(lines[3]).toMatch(/^a +128 +up +138 +140 +\+2 +\+1\.45 %$/);
    expect(lines[5]).toMatch(/^g +128 +up +no formula +136 +— +—$/);
  });

  test('with a link, its bytes and packets as well', () => {
    const lines = wireTable(rowsOf({ ...spec, wire: 'link' }), { width: 160 });
    expect(lines[1]).toMatch(/^ws +128 +up +134 +134 +0 +0 % +233 +233 +0 +0 % +1 +\+0\.5$/);
  });

  test.each([40, 60, 80, 100])('no line is longer than %i columns, and what was measured stays', (width) => {
    const lines = wireReport(rowsOf({ ...spec, wire: 'link' }), { width });
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(width);
    expect(lines.join('\n')).toContain('socket B');
  });

  test('nothing at all where no case is of this kind', () => {
    expect(wireReport([], { width: 80 })).toEqual([]);
  });

  test('a name cannot command the terminal', () => {
    const text = wireReport(rowsOf({ transports: { 'evil\u001b[2J': {} } }), { width: 80 }).join('\n');
    expect(text).not.toContain('\u001b');
    expect(text).toContain('evil�');
  });
});
