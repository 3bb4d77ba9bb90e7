import { whyNotMeasured } from '../../../bench/results/not-measured.ts';
import type { Results } from '../../../bench/results/schema.ts';
import { change, countOf, figures, integer, share, tolerance } from '../../model/format.ts';
import { driftOf } from './drift.ts';
import { type GateStatus, gate, type Rule } from './gate.ts';

/** What the run as a whole must keep: its order, its machine, its way of counting, and the test of itself. */

export const complete: Rule = ({ results: { state }, analysis: { counts } }) =>
  gate(
    'Run complete',
    'every planned trial was run',
    {
      status: state === 'complete' && counts.missing === 0 ? 'kept' : 'note',
      observed: `${counts.planned - counts.missing} of ${countOf(counts.planned, 'trial')} run`,
    },
    { consequence: 'What follows rests on the trials that were run.', action: 'Let the run finish.' },
  );

export const interleaved: Rule = ({ results: { plan, cases } }) => {
  const run = cases.flatMap(({ id, trials }) => trials.map(({ block, order }) => ({ id, block, order })));
  if (run.length === 0) return null;
  const ids = cases
    .map(({ id }) => id)
    .toSorted()
    .join('\n');
  const whole = plan.order.every((block) => block.toSorted().join('\n') === ids);
  // Only the order is compared, not the places: a run that was stopped, or is part of another, has gaps.
  const done = run.toSorted((a, b) => a.order - b.order).map(keyOf);
  const known = new Set(done);
  const planned = plan.order.flatMap((block, index) => block.map((id) => keyOf({ id, block: index })));
  const asPlanned = done.join('\n') === planned.filter((key) => known.has(key)).join('\n');
  const orders = new Set(plan.order.map((block) => block.join('\n'))).size;
  // Two or three cases come out in the same order often enough by chance.
  const shuffled = plan.order.length < 2 || cases.length < 4 || orders > 1;
  const status: GateStatus = !whole || !asPlanned ? 'broken' : shuffled && plan.order.length > 1 ? 'kept' : 'note';
  const how = !whole
    ? 'a block does not hold every case once'
    : !asPlanned
      ? 'trials were run in another order than planned'
      : plan.order.length < 2
        ? 'one block: every case once'
        : orders === plan.order.length
          ? 'each in an order of its own'
          : `in ${countOf(orders, 'order')}`;
  return gate(
    'Blocks interleaved',
    'each block holds every case once, in a shuffled order that a seed fixes',
    {
      status,
      observed: `${countOf(plan.order.length, 'block')} of ${countOf(cases.length, 'case')}, ${how}; seed ${plan.seed}`,
    },
    {
      consequence: 'What changes in the course of a run then falls on some cases more than on others.',
      action: 'Run all cases in one run, with --trials 6 or more.',
    },
  );
};

const keyOf = ({ id, block }: { readonly id: string; readonly block: number }): string => `${block} ${id}`;

/** A change beyond this is no machine to measure on. */
const MAX_DRIFT = 0.25;

export const steady: Rule = ({ analysis: { groups, options } }) => {
  const limit = options.timeBand;
  const threshold = `from first block to last within ${tolerance(limit)}, or no more than chance`;
  const drift = driftOf(groups);
  const words = {
    consequence:
      'The machine changed while it measured. Verdicts compare trials of one block and stand; absolute figures are of no one state.',
    action: 'Let the machine cool and idle first; close what runs now and then; use more and shorter trials.',
  };
  if (drift === null) {
    return gate('No drift across blocks', threshold, { status: 'unknown', observed: 'too few blocks to tell' }, words);
  }
  const { low, high } = drift.interval;
  const real = low > 0 || high < 0;
  const size = Math.abs(drift.change);
  const status: GateStatus = !real || size <= limit ? 'kept' : size <= MAX_DRIFT ? 'note' : 'broken';
  const observed = `${change(1 + drift.change)} over ${countOf(drift.blocks, 'block')} (${change(1 + low)} to ${change(1 + high)})`;
  return gate('No drift across blocks', threshold, { status, observed }, words);
};

export const warmedUp: Rule = ({ results: { plan } }) =>
  gate(
    'Warmed up',
    'load before the measured window, not counted',
    {
      status: plan.warmupSeconds > 0 ? 'kept' : 'note',
      observed: `${plan.warmupSeconds} s before each window`,
    },
    {
      consequence: 'The first messages pay for the compiler and the caches, and they are in the figures.',
      action: 'Use --warmup 0.5 or more.',
    },
  );

const fromDoctor =
  (name: string, check: string, threshold: string, consequence: string): Rule =>
  ({ results: { environment } }) => {
    const found = environment.checks?.find((one) => one.name === name);
    const states = { ok: 'kept', note: 'note', unfit: 'broken' } as const;
    return gate(
      check,
      threshold,
      found === undefined
        ? { status: 'unknown', observed: 'not looked at before this run' }
        : {
            status: found.known === false ? 'unknown' : states[found.state],
            observed: found.observed,
          },
      { consequence, action: sentence(found?.fix || 'see npm run doctor: it says what this machine is fit for') },
    );
  };

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;

export const othersQuiet = fromDoctor(
  'load by others',
  'No load by others',
  '< 5 % of the machine before the run',
  'What others take is taken from server and generator, now more, now less.',
);

export const nothingStolen = fromDoctor(
  'stolen time',
  'No time stolen',
  '< 1 % taken by the machine’s host',
  'Other guests of the same host stall what is measured.',
);

export const pinned: Rule = ({ results: { environment, cases } }) => {
  const { pinning } = environment;
  if (cases.every(({ target }) => target !== undefined)) return null;
  const shared = pinning !== null && pinning.server === pinning.generator;
  return gate(
    'Server and generator apart',
    'bound to cores of their own',
    {
      status: pinning === null ? 'note' : shared ? 'broken' : 'kept',
      observed: pinning === null ? 'not bound' : `server on core ${pinning.server}, generator on ${pinning.generator}`,
    },
    {
      consequence: 'The two take time from one another, and a server that works more slows the clock that times it.',
      action: 'Use a machine of two cores or more, with taskset (Debian: util-linux).',
    },
  );
};

export const bytesCounted: Rule = ({ results }) => {
  const wires = results.cases.flatMap(({ trials }) =>
    trials.flatMap((trial) =>
      trial.state === 'valid' && whyNotMeasured(trial, ['wire.up', 'wire.down']) === undefined ? [trial.wire] : [],
    ),
  );
  if (wires.length === 0) return null;
  const layers = new Set(wires.map(({ layer }) => layer));
  const uncounted = wires.filter(({ layer, datagrams }) => layer === 'socket' && datagrams === true).length;
  const status: GateStatus = layers.size > 1 ? 'broken' : layers.has('link') ? 'kept' : 'note';
  const observed =
    layers.size > 1
      ? 'some on a link, some at the sockets'
      : layers.has('link')
        ? 'on a private link, by its interface’s counters'
        : `at the sockets${uncounted > 0 ? '; datagrams not at all' : ''}${reasonFor(results)}`;
  return gate(
    'Bytes counted on a link',
    'all at one layer; with Ethernet, IP and TCP',
    { status, observed },
    layers.size > 1
      ? {
          consequence: 'Bytes of two layers do not compare: no verdict on them.',
          action: 'Run all transports on one machine, in one run.',
        }
      : {
          consequence:
            'Figures of bytes are without TCP/IP headers and acknowledgements: many small packets look cheaper than they are.',
          action: 'npm run doctor says how to get a private link.',
        },
  );
};

const reasonFor = ({ environment: { linkReason } }: Results): string =>
  linkReason === undefined ? '' : ` (${linkReason})`;

const MAX_OFF = 0.02;

export const bytesAgree: Rule = ({ analysis: { wire } }) => {
  const shares = wire.flatMap(({ up, down }) =>
    [up, down].flatMap((way) =>
      [way?.socket?.share, way?.link?.share].flatMap((each) => (each == null ? [] : [Math.abs(each)])),
    ),
  );
  const threshold = 'measured within 2 % of the specifications’ formulas';
  const words = {
    consequence: 'Bytes that no formula explains may be counted wrong.',
    action: 'npm run wire sets each transport beside its formula.',
  };
  if (shares.length === 0) {
    return gate(
      'Bytes agree with theory',
      threshold,
      { status: 'unknown', observed: 'not set beside it in this run' },
      words,
    );
  }
  const worst = Math.max(...shares);
  return gate(
    'Bytes agree with theory',
    threshold,
    {
      status: worst <= MAX_OFF ? 'kept' : 'broken',
      observed: `${countOf(shares.length, 'figure')}, ${worst < 1e-5 ? 'all to the byte' : `at most ${figures(worst * 100, 2)} % off`}`,
    },
    words,
  );
};

/** The rate at which equals may be told apart by chance, as the methodology states it. */
const MAX_MISTAKEN = 0.015;

export const sameIsSame: Rule = ({ analysis: { sameTwice } }) => {
  const threshold = 'a transport against itself is called better or worse in ≤ 1.5 % of comparisons';
  const words = {
    consequence: 'How often this machine makes a difference out of nothing is not known from this run.',
    action:
      'npm run bench -- --aa measures every transport twice under two names; npm run aa tests the verdicts themselves.',
  };
  if (sameTwice === null)
    return gate('A/A test', threshold, { status: 'unknown', observed: 'not done in this run' }, words);
  const { comparisons, mistaken } = sameTwice;
  if (comparisons === 0)
    return gate('A/A test', threshold, { status: 'unknown', observed: 'nothing could be tested' }, words);
  const wrong = mistaken.length / comparisons;
  return gate(
    'A/A test',
    threshold,
    {
      // One mistake among a few comparisons is no rate.
      status: mistaken.length === 0 ? 'kept' : wrong <= MAX_MISTAKEN || mistaken.length === 1 ? 'note' : 'broken',
      observed: `${integer(mistaken.length)} of ${countOf(comparisons, 'comparison')} (${share(wrong)})`,
    },
    {
      consequence: 'This machine makes differences out of nothing: a verdict near the band’s edge may be one.',
      action: 'Use more trials and a calmer machine.',
    },
  );
};

export const runGates: readonly Rule[] = [
  complete,
  interleaved,
  steady,
  warmedUp,
  othersQuiet,
  nothingStolen,
  pinned,
  bytesCounted,
  bytesAgree,
  sameIsSame,
];
