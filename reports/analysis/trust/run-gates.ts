import { command } from '../../../bench/results/command.ts';
import { stolenShareOf } from '../../../bench/results/machine/cores.ts';
import { whyNotMeasured } from '../../../bench/results/not-measured.ts';
import { countReruns, maxReruns, mayRunAgain } from '../../../bench/results/reruns.ts';
import type { Results } from '../../../bench/results/schema.ts';
import { ranElsewhere } from '../../../bench/results/values.ts';
import { change, countOf, figures, integer, share, tolerance } from '../../model/format.ts';
import { driftOf } from './drift.ts';
import { type GateStatus, gate, type Rule, trialsOf } from './gate.ts';
import { networksOnTarget } from './network-gates.ts';

/** Conditions on a run as a whole: its order, its machine, its counting of bytes and its A/A test. */

export const complete: Rule = ({ results: { state }, analysis: { counts } }) =>
  gate(
    'Run complete',
    'every planned trial was run',
    {
      status: state === 'complete' && counts.missing === 0 ? 'kept' : 'note',
      observed: `${counts.planned - counts.missing} of ${countOf(counts.planned, 'trial')} run`,
    },
    { consequence: 'The results are based only on the trials that were run.', action: 'Let the run finish.' },
  );

export const interleaved: Rule = ({ results: { plan, cases } }) => {
  const run = cases.flatMap(({ id, trials }) => trials.map((trial) => ({ id, ...trial })));
  if (run.length === 0) return null;
  const ids = cases
    .map(({ id }) => id)
    .toSorted()
    .join('\n');
  const whole = plan.order.every((block) => block.toSorted().join('\n') === ids);
  // Only the order is compared, since an interrupted or partial run has gaps.
  const inOrder = run.toSorted((a, b) => a.order - b.order);
  const done = inOrder.filter(({ replaces }) => replaces === undefined).map(keyOf);
  const inOwnBlock = inOrder.every(({ block }, index) => block >= (inOrder[index - 1]?.block ?? 0));
  const known = new Set(done);
  const planned = plan.order.flatMap((block, index) => block.map((id) => keyOf({ id, block: index })));
  const asPlanned = inOwnBlock && done.join('\n') === planned.filter((key) => known.has(key)).join('\n');
  const orders = new Set(plan.order.map((block) => block.join('\n'))).size;
  // Two or three cases often have the same order by chance.
  const shuffled = plan.order.length < 2 || cases.length < 4 || orders > 1;
  const status: GateStatus = !whole || !asPlanned ? 'broken' : shuffled && plan.order.length > 1 ? 'kept' : 'note';
  const how = !whole
    ? 'a block does not have every case once'
    : !asPlanned
      ? 'trials were run in a different order than planned'
      : plan.order.length < 2
        ? 'only one block'
        : orders === plan.order.length
          ? 'each in a different order'
          : `in ${countOf(orders, 'different order')}`;
  return gate(
    'Blocks interleaved',
    'each block has every case once, in a shuffled order fixed by the seed',
    {
      status,
      observed: `${countOf(plan.order.length, 'block')} of ${countOf(cases.length, 'case')}, ${how}; seed ${plan.seed}`,
    },
    {
      consequence: 'Changes during the run affect some cases more than others.',
      action: 'Run all cases in one run, with --trials 6 or more.',
    },
  );
};

const keyOf = ({ id, block }: { readonly id: string; readonly block: number }): string => `${block} ${id}`;

/** Null if no trial was run again, as in results of versions that never do that. */
export const rerunSparingly: Rule = ({ results: { cases, plan } }) => {
  const reruns = countReruns(cases);
  if (reruns === 0) return null;
  const planned = plan.order.flat().length;
  const limit = maxReruns(planned);
  const chosen = cases.flatMap(({ trials }) => {
    const firsts = trials.filter(({ replaces }) => replaces === undefined);
    return trials.filter(({ block, replaces }) => {
      const first = firsts.find(({ order }) => order === replaces);
      return replaces !== undefined && (first === undefined || first.block !== block || !mayRunAgain(first));
    });
  });
  return gate(
    'Few trials run again',
    'each once, at the end of its block, for no other reason than the machine; at most 10 % of the planned trials',
    {
      status: chosen.length > 0 || reruns > limit ? 'broken' : 'note',
      observed: `${countOf(reruns, 'trial')} of ${integer(planned)} run again (limit ${limit})${chosen.length === 0 ? '' : `; ${chosen.length} for another reason, or outside the block`}`,
    },
    {
      consequence:
        chosen.length > 0 || reruns > limit
          ? 'Trials that are repeated for their outcome favour whoever is repeated.'
          : 'Their first attempts are listed under “Every trial” and are in no figure.',
      action: 'Close other programs: on a quiet machine no trial is run again.',
    },
  );
};

/** Largest change at which a machine is fit for measuring. */
const MAX_DRIFT = 0.25;

export const steady: Rule = ({ analysis: { groups, options } }) => {
  const limit = options.timeBand;
  const threshold = `change from first to last block within ${tolerance(limit)}, or not significant`;
  const drift = driftOf(groups);
  const words = {
    consequence:
      'The machine changed during the run. Verdicts hold, because they compare trials of one block; absolute figures mix several states.',
    action:
      'Let the machine cool and idle first; close programs that run from time to time; use more and shorter trials.',
  };
  if (drift === null) {
    return gate('No drift across blocks', threshold, { status: 'unknown', observed: 'too few blocks' }, words);
  }
  const { low, high } = drift.interval;
  const real = low > 0 || high < 0;
  const size = Math.abs(drift.change);
  const status: GateStatus = !real || size <= limit ? 'kept' : size <= MAX_DRIFT ? 'note' : 'broken';
  const observed = `${change(1 + drift.change)} over ${countOf(drift.blocks, 'block')} (95 % confidence interval ${change(1 + low)} to ${change(1 + high)})`;
  return gate('No drift across blocks', threshold, { status, observed }, words);
};

export const warmedUp: Rule = ({ results: { plan } }) =>
  gate(
    'Warmed up',
    'uncounted load before the measured window',
    {
      status: plan.warmupSeconds > 0 ? 'kept' : 'note',
      observed: `${plan.warmupSeconds} s before each window`,
    },
    {
      consequence:
        'The figures include the first messages, which are slower until code is compiled and caches are full.',
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
        ? { status: 'unknown', observed: 'not checked before this run' }
        : {
            status: found.known === false ? 'unknown' : states[found.state],
            observed: found.observed,
          },
      {
        consequence,
        action: sentence(found?.fix || `use ${command('npm run doctor')} to see what this machine is fit for`),
      },
    );
  };

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;

export const othersQuiet = fromDoctor(
  'load by others',
  'No load by other programs',
  '< 5 % of each core before the run',
  'Other programs take varying amounts of CPU time from server and generator.',
);

const STOLEN_WORDS = {
  consequence: 'Other virtual machines of the same host delay the measured processes.',
  action: 'Use a machine of your own, or more trials.',
};

const stolenBefore = fromDoctor(
  'stolen time',
  'No CPU time stolen',
  '< 1 % taken by the host of this virtual machine',
  STOLEN_WORDS.consequence,
);

/** Shares of the used cores’ time from which stolen time is to be known, and spoils a run. */
const STOLEN_NOTE = 0.01;
const STOLEN_BROKEN = 0.05;

/** Time stolen before the run, and during its trials if they were watched. */
export const nothingStolen: Rule = (facts) => {
  const before = stolenBefore(facts);
  const shares = trialsOf(facts.results).flatMap(({ trial: { cores = [] } }) =>
    cores.flatMap((one) => stolenShareOf(one) ?? []),
  );
  if (before === null || shares.length === 0) return before;
  const average = shares.reduce((total, one) => total + one, 0) / shares.length;
  const during = average < STOLEN_NOTE ? 'kept' : average < STOLEN_BROKEN ? 'note' : 'broken';
  const states = [before.status, during];
  const status = states.find((one) => one === 'broken') ?? states.find((one) => one === 'note') ?? 'kept';
  const known = before.status === 'unknown' ? [] : [`${before.observed} before the run`];
  const trials = `${share(average)} on average in its trials, ${share(Math.max(...shares))} at most`;
  return gate(before.check, before.threshold, { status, observed: [...known, trials].join('; ') }, STOLEN_WORDS);
};

export const pinned: Rule = ({ results: { environment, cases } }) => {
  const { pinning } = environment;
  if (cases.every(ranElsewhere)) return null;
  const shared = pinning !== null && pinning.server === pinning.generator;
  return gate(
    'Server and generator on separate cores',
    'pinned to different cores',
    {
      status: pinning === null || pinning.siblings ? 'note' : shared ? 'broken' : 'kept',
      observed:
        pinning === null
          ? 'not pinned'
          : `server on ${pinning.siblings ? 'hardware thread' : 'core'} ${pinning.server}, generator on ${pinning.generator}${pinning.siblings ? ' of the same core' : ''}`,
    },
    {
      consequence: 'The two compete for CPU time, so a busier server also slows the generator that times it.',
      action: 'Use a machine with two or more cores and taskset (Debian: util-linux).',
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
        : `at the sockets${uncounted > 0 ? ', without datagrams' : ''}${reasonFor(results)}`;
  return gate(
    'Bytes counted on a link',
    'all on the link, with Ethernet, IP and TCP headers',
    { status, observed },
    layers.size > 1
      ? {
          consequence: 'Bytes of two layers cannot be compared, so there are no verdicts on bytes.',
          action: 'Run all transports on one machine, in one run.',
        }
      : {
          consequence:
            'Bytes do not include TCP/IP headers and acknowledgements, so many small packets look cheaper than they are.',
          action: `${command('npm run doctor')} says how to get a private link.`,
        },
  );
};

const reasonFor = ({ environment: { linkReason } }: Results): string =>
  linkReason === undefined ? '' : ` (${linkReason})`;

const MAX_DIFFERENCE = 0.02;

export const bytesAgree: Rule = ({ analysis: { wire } }) => {
  const shares = wire.flatMap(({ up, down }) =>
    [up, down].flatMap((way) =>
      [way?.socket?.share, way?.link?.share].flatMap((each) => (each == null ? [] : [Math.abs(each)])),
    ),
  );
  const threshold = 'measured bytes within 2 % of the formulas from the specifications';
  const words = {
    consequence: 'Bytes that no formula explains may have been miscounted.',
    action: `${command('npm run wire')} compares each transport with its formula.`,
  };
  if (shares.length === 0) {
    return gate(
      'Bytes agree with theory',
      threshold,
      { status: 'unknown', observed: 'not compared in this run' },
      words,
    );
  }
  const worst = Math.max(...shares);
  return gate(
    'Bytes agree with theory',
    threshold,
    {
      status: worst <= MAX_DIFFERENCE ? 'kept' : 'broken',
      observed: `${countOf(shares.length, 'figure')}, ${worst < 1e-5 ? 'all exact' : `at most ${figures(worst * 100, 2)} % off`}`,
    },
    words,
  );
};

/** Largest acceptable share of false positives, as stated in the methodology. */
const MAX_FALSE_POSITIVES = 0.015;

export const sameIsSame: Rule = ({ analysis: { sameTwice } }) => {
  const threshold = '≤ 1.5 % false positives in comparisons of a transport with itself';
  const words = {
    consequence: 'This run does not tell how often this machine causes false positives.',
    action: `${command('npm run bench -- --aa')} measures every transport twice under two names; ${command('npm run aa')} tests the verdicts themselves.`,
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
      // A single false positive in few comparisons is no rate.
      status:
        mistaken.length === 0 ? 'kept' : wrong <= MAX_FALSE_POSITIVES || mistaken.length === 1 ? 'note' : 'broken',
      observed: `${integer(mistaken.length)} of ${countOf(comparisons, 'comparison')} (${share(wrong)})`,
    },
    {
      consequence: 'This machine causes false positives: a verdict near the edge of the equivalence band may be one.',
      action: 'Use more trials and a less busy machine.',
    },
  );
};

export const runGates: readonly Rule[] = [
  complete,
  networksOnTarget,
  interleaved,
  rerunSparingly,
  steady,
  warmedUp,
  othersQuiet,
  nothingStolen,
  pinned,
  bytesCounted,
  bytesAgree,
  sameIsSame,
];
