import { nameOf } from '../../bench/results/case.ts';
import type { Case, Results } from '../../bench/results/schema.ts';
import { lostIn } from '../../bench/results/values.ts';
import { setAsideWarnings } from '../analysis/trust/warnings.ts';
import { METRICS, shapeOfCase } from '../kinds/lookup.ts';
import { amountText, change, countOf, integer, list, tolerance, verdictFigures } from '../model/format.ts';
import { place } from '../model/metrics.ts';
import type { Sentence, Warning } from '../model/model.ts';
import { VERDICTS } from '../model/verdict.ts';
import type { Comparison, Difference, Pair } from './compare-model.ts';

type Known = Omit<Comparison, 'headline' | 'warnings'>;

/** `Against the base run: 1 worse, 2 better, 12 equivalent, 5 not separated, 3 not testable.` */
export function headlineOf({ rows, raw, barrier, counts, crossEnvironment, options }: Known): Sentence {
  const opening = { text: 'Against the base run: ', strong: false };
  const judged = rows.filter(({ floor }) => !floor);
  if (barrier !== null) {
    return [opening, strong('no verdicts'), plain(`, because ${barrier}.`)];
  }
  if (rows.length === 0 && raw.length > 0) {
    return [
      opening,
      strong('no verdicts'),
      plain(': no case was measured under the same conditions in both runs. The figures are shown side by side.'),
    ];
  }
  if (rows.length === 0) return [opening, strong('nothing to compare'), plain(': the runs have no case in common.')];
  if (judged.length === 0)
    return [opening, plain('only the floor is in both runs, and it is not counted because it is no choice.')];
  const parts = VERDICTS.flatMap((word) => (counts[word] === 0 ? [] : [`${counts[word]} ${word}`]));
  const { timeBand, byteBand } = options;
  const given = Object.entries(options.bands).flatMap(([id, amount]) => {
    const metric = METRICS.find((one) => one.id === id);
    return metric === undefined ? [] : [`${amountText(metric, amount)} ${place(metric)}`];
  });
  const practical = given.length === 0 ? '' : `; no practical difference below ${list(given, 'and')}`;
  const across = crossEnvironment ? ' The environments differ, so the machine may be the cause.' : '';
  return [
    opening,
    strong(list(parts, 'and')),
    plain(
      `, of ${countOf(judged.length, 'comparison')} (equivalent within ${tolerance(timeBand)} for times, rates and memory, ${tolerance(byteBand)} for bytes${practical}${rows.length > judged.length ? '; the floor is not counted' : ''}).${across}`,
    ),
  ];
}

/** Warnings about a comparison, each with its remedy. */
export function warningsBetween(
  known: Known,
  { base, next }: { base: Results; next: Results },
  alike: readonly Pair[],
): Warning[] {
  const { rows, differences, raw, onlyInBase, onlyInNext } = known;
  return [
    ...sameRun(known),
    ...unfinished(known),
    ...unfit(base, next),
    ...setAsideWarnings(base.setAside ?? [], 'Not shown of the base run'),
    ...setAsideWarnings(next.setAside ?? [], 'Not shown of the new run'),
    ...differing(differences, 'machine'),
    ...differing(differences, 'software'),
    ...differing(differences, 'settings'),
    ...floorMoved(rows),
    ...losses(alike),
    ...(raw.length === 0
      ? []
      : [
          {
            text: `${countOf(raw.length, 'pair')} of cases were measured under different conditions: figures only, no verdicts.`,
            action: 'Run again with the settings of the base run; its results file has the command under plan.command.',
          },
        ]),
    ...alone(onlyInBase, 'base', 'new'),
    ...alone(onlyInNext, 'new', 'base'),
    ...leftOut(base, next),
  ];
}

function sameRun({ base, next }: Known): Warning[] {
  if (base.id !== next.id) return [];
  return [
    {
      text: 'Both files hold the same run, which is compared with itself.',
      action: 'Give the results of two runs.',
    },
  ];
}

function unfinished({ base, next }: Known): Warning[] {
  return [
    { run: base, which: 'base' },
    { run: next, which: 'new' },
  ].flatMap(({ run, which }) =>
    run.status.kind === 'interrupted' || run.status.kind === 'quick'
      ? [
          {
            text: `About the ${which} run: ${run.status.consequence}`,
            action: 'Verdicts need six valid trials of each case in both runs.',
          },
        ]
      : [],
  );
}

function unfit(base: Results, next: Results): Warning[] {
  return [
    { run: base, which: 'base' },
    { run: next, which: 'new' },
  ].flatMap(({ run, which }) =>
    (run.environment.checks ?? [])
      .filter(({ state }) => state === 'unfit')
      .map(({ name, observed, fix }) => ({
        text: `The machine of the ${which} run was not fit for measuring (${name}: ${observed}).`,
        action: fix,
      })),
  );
}

const OPENING: Readonly<Record<Difference['of'], string>> = {
  machine: 'The environments differ, so a verdict may be about the machine',
  software: 'Versions differ, which may be what you compare',
  settings: 'Settings differ',
};
const ACTION: Readonly<Record<Difference['of'], string>> = {
  machine: 'Measure the base again on this machine before blaming a transport.',
  software: 'Read the verdicts as the effect of the change from one version to the other.',
  settings: 'Make sure that this difference is the one you want to measure.',
};

/** Puts all differences of one kind into one warning: thirty changed packages are one piece of news. */
function differing(differences: readonly Difference[], of: Difference['of']): Warning[] {
  const those = differences.filter((one) => one.of === of);
  if (those.length === 0) return [];
  const texts = those.map(({ what, base, next }) => `${what} ${base} → ${next}`);
  return [{ text: `${OPENING[of]}: ${texts.join('; ')}.`, action: ACTION[of] }];
}

/** Warns if the floor, a loop over a bare socket, changed: then something below all transports did. */
function floorMoved(rows: Known['rows']): Warning[] {
  const moved = rows.filter(({ floor, verdict }) => floor && (verdict.word === 'better' || verdict.word === 'worse'));
  if (moved.length === 0) return [];
  const how = moved.map(
    ({ name, metric, scenario, verdict, ratio }) =>
      `${name} is ${verdict.word} in ${metric.title} (${scenario}), ${verdictFigures(verdict) ?? change(ratio ?? Number.NaN)}`,
  );
  return [
    {
      text: `The floor changed too, although no change of a transport affects it: ${how.join('; ')}.`,
      action: 'Suspect the machine or the load generator: run both again, one right after the other.',
    },
  ];
}

/** Warns of losses: figures are of the messages that arrived, and may look better the fewer those are. */
function losses(alike: readonly Pair[]): Warning[] {
  const lost = alike.flatMap(({ base, next }) => {
    const [before, after] = [lossOf(base), lossOf(next)];
    if (before.lost === 0 && after.lost === 0) return [];
    return [`${nameOf(next)} (${next.scenario}) ${lossText(before)} → ${lossText(after)}`];
  });
  if (lost.length === 0) return [];
  return [
    {
      text: `Deliveries were lost, which no figure here shows: ${lost.join('; ')}.`,
      action: 'Read latencies and bytes as those of only the messages that arrived.',
    },
  ];
}

type Loss = { readonly lost: number; readonly expected: number };

function lossOf({ trials }: Case): Loss {
  const messages = trials.flatMap((trial) => (trial.state === 'valid' ? [trial.messages] : []));
  return {
    lost: messages.reduce((total, one) => total + lostIn(one), 0),
    expected: messages.reduce((total, one) => total + one.expected, 0),
  };
}

const lossText = ({ lost, expected }: Loss): string => `${integer(lost)} of ${integer(expected)}`;

const MAX_NAMED = 6;

function alone(cases: Known['onlyInBase'], has: string, lacks: string): Warning[] {
  return [...Map.groupBy(cases, ({ reason, question }) => `${question}\n${reason}`).values()].map((those) => {
    const names = those.slice(0, MAX_NAMED).map(({ name }) => name);
    const rest = those.length > MAX_NAMED ? [`${those.length - MAX_NAMED} more`] : [];
    const { question = '', reason = '' } = those[0] ?? {};
    return {
      text: `Only in the ${has} run: ${list([...names, ...rest], 'and')} (${question}). Reason in the ${lacks} run: ${reason}.`,
      action: 'Measure these cases in both runs to compare them.',
    };
  });
}

/** Warns of kinds that are checked against formulas instead of another run. */
function leftOut(base: Results, next: Results): Warning[] {
  const shapes = new Set([...base.cases, ...next.cases].map(shapeOfCase));
  return [...shapes].flatMap(({ judged }) => ('leftOut' in judged ? [judged.leftOut] : []));
}

const plain = (text: string) => ({ text, strong: false });
const strong = (text: string) => ({ text, strong: true });
