import type { Check } from '../doctor/checks.ts';
import { estimateSeconds, type RunPlan } from '../plan/plan.ts';
import type { Arrangement } from '../run/run.ts';

/** Said before anything starts: what will run, how long, over what, and what it can tell. */
export function describePlan(plan: RunPlan, arrangement: Arrangement, checks: readonly Check[]): string {
  const { options, cases } = plan;
  const trials = cases.length * options.trials;
  const unfit = checks.filter(({ state }) => state === 'unfit');
  return [
    `${cases.length} case${cases.length === 1 ? '' : 's'} × ${options.trials} trial${options.trials === 1 ? '' : 's'} = ${trials}, about ${duration(estimateSeconds(plan))}.`,
    `Each: a fresh server${cases.some(({ scenario }) => scenario.kind === 'load') ? `, ${options.warmupSeconds} s warm-up` : ''}; ${over(arrangement)}.`,
    options.trials >= 6
      ? 'Enough to tell better from worse.'
      : 'A quick look: fewer than 6 trials a case give medians, but no verdicts.',
    ...unfit.map(({ name, observed, fix }) => `! ${name}: ${observed}. ${fix}`),
    '',
    '',
  ].join('\n');
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

function over({ link, workers, sources }: Arrangement): string {
  const kind =
    link.kind === 'veth' ? 'a private link, bytes as a cable carries them' : 'the loopback, bytes at the sockets';
  const why = link.reason === undefined ? '' : ` (${link.reason})`;
  const load = `${workers} load process${workers === 1 ? '' : 'es'}`;
  return `${kind}${why}; ${load}${sources.length > 0 ? ` from ${sources.length} addresses` : ''}`;
}
