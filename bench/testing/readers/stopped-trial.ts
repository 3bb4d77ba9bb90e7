import { runTrial } from '../../run/trial.ts';
import { planTrial, singleTrial } from '../single-trial.ts';

/**
 * Runs a short trial with one stopped reader. A test ends this process while the reader is stopped, and looks for what is left of it;
 * so it must be a process of its own.
 */
const load = { clients: 2, rate: 10, size: 64, seconds: 3, dimensions: { reader: 'stopped' } };
const { trial } = await runTrial(planTrial('ws', 'slow-readers', load), singleTrial());
process.exitCode = trial.state === 'failed' ? 1 : 0;
