import { command } from '../../../bench/results/command.ts';
import { NO_NETWORK } from '../../../bench/results/dimensions.ts';
import { standingIn } from '../../../bench/results/reruns.ts';
import { countOf, figures, list } from '../../model/format.ts';
import { breaks, gate, type Rule, statusOfTrials, trialsOf } from './gate.ts';
import { offTargetIn, relayFactsOf } from './networks.ts';

/** Conditions on the networks of a run and on the relay that makes them. */

/** Null where the run names no network. */
export const networksOnTarget: Rule = ({ results }) => {
  const { networks = [] } = results;
  if (networks.length === 0) return null;
  const off = offTargetIn(results);
  const untested = networks.filter(({ found }) => found === undefined);
  return gate(
    'Networks on target',
    'before the run, the self-test found each network as it was asked for',
    {
      status: off.length > 0 ? 'note' : untested.length > 0 ? 'unknown' : 'kept',
      observed:
        off.length > 0
          ? off.map(({ network }) => `${network.id}: ${(network.offTarget ?? []).join('; ')}`).join('. ')
          : untested.length > 0
            ? `no self-test of ${list(
                untested.map(({ id }) => id),
                'and',
              )}`
            : `${countOf(networks.length, 'network')} on target`,
    },
    {
      consequence:
        'Cases over a network that is not as asked would answer another question, so they were not measured.',
      action: `Close other programs and run ${command('npm run doctor -- --networks')}.`,
    },
  );
};

/** Null where no trial was over a network. */
export const networkKept: Rule = ({ results }) => {
  const trials = trialsOf(results).filter(({ one }) => one.network !== NO_NETWORK);
  if (trials.length === 0) return null;
  const watched = trials.filter(({ trial }) => trial.relay !== undefined);
  const { status, count } = statusOfTrials(results, trials, breaks('network-kept'));
  const lags = relayFactsOf({ cases: results.cases.map(standingIn) });
  const latest = Math.max(0, ...lags.map(({ lagP99Seconds }) => lagP99Seconds ?? 0));
  const missed = lags.reduce((sum, { receiveErrors }) => sum + receiveErrors, 0);
  return gate(
    'Network kept',
    'the relay sent packets on when they were due, and missed none',
    {
      status: watched.length === 0 ? 'unknown' : status,
      observed:
        watched.length === 0
          ? 'the relay did not say'
          : `at p99 at most ${figures(latest * 1e3)} ms late; ${missed === 0 ? 'no packet' : countOf(missed, 'packet')} missed; ${count}`,
    },
    {
      consequence: 'The network was slower than asked, or lost more, so these trials are in no figure.',
      action: `Close other programs or lower --rate; ${command('npm run doctor -- --networks')} shows how late the relay is.`,
    },
  );
};
