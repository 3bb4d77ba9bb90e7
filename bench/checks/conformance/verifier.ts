import { errorText } from '../../error-text.ts';
import { serveIpc } from '../../ipc.ts';
import { waitAtMost } from '../../testing/kit.ts';
import { findTransport, registerTransport } from '../../transports/index.ts';
import { conforming } from './conforming.ts';
import { ConformanceKit, type Subject } from './harness.ts';
import { checks, runCheck } from './suite.ts';
import type { FirstStep, VerifierAnswer, VerifierOrder } from './verify.ts';

/** Longest wait for anything in a check, which has a minute: a check waits more than once. */
const LONGEST_WAIT_MS = 20_000;
waitAtMost(LONGEST_WAIT_MS);

let subject: Subject | undefined;
let kit: ConformanceKit | undefined;
let url = '';
let peer: Awaited<ReturnType<ConformanceKit['connect']>> | undefined;

async function handle(order: VerifierOrder): Promise<VerifierAnswer> {
  if (order.order === 'begin') return { answer: 'done' };
  if (order.order === 'import') {
    if (order.entry !== undefined) registerTransport(order.entry);
    const choice = findTransport(order.name);
    if (choice === undefined) throw new Error(`there is no transport ${order.name}`);
    ({ subject } = await conforming(choice));
    return { answer: 'done' };
  }
  if (subject === undefined) throw new Error('nothing was imported');
  if (order.order !== 'check') return { answer: 'done', ...(await firstStep(order.order, subject)) };
  const check = checks.find(({ name }) => name === order.check);
  if (check === undefined) throw new Error(`there is no check "${order.check}"`);
  const failure = await runCheck(check, subject).then(() => null, errorText);
  return { answer: 'checked', failure };
}

async function firstStep(step: FirstStep, on: Subject): Promise<{ url?: string }> {
  switch (step) {
    case 'listening':
      kit = new ConformanceKit(on);
      url = (await kit.listen()).url;
      return { url };
    case 'connecting':
      peer = await kit?.connect(url);
      return {};
    case 'echoing':
      await peer?.echo('hello');
      return {};
    case 'closing':
      await kit?.[Symbol.asyncDispose]();
      return {};
  }
}

serveIpc(handle);
