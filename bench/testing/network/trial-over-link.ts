import { relayedLink } from '../../run/network/relayed-link.ts';
import { runTrial } from '../../run/trial.ts';
import { planTrial, singleTrial } from '../single-trial.ts';
import { networkFrom } from './network-from.ts';

/** Makes a relayed link, runs a short trial over it and closes it. Ends with 1 if the trial has failed. */
const { signal } = new AbortController();
const link = await relayedLink({ network: networkFrom('rtt=10ms'), seed: 1, lines: 2, core: undefined, signal });
try {
  const planned = planTrial('ws', 'echo', { clients: 2, rate: 20, size: 64, seconds: 2 });
  const { trial } = await runTrial(planned, singleTrial({ link, ways: link.ways }));
  process.exitCode = trial.state === 'failed' ? 1 : 0;
} finally {
  await link.close();
}
