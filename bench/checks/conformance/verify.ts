import { fileURLToPath } from 'node:url';
import { errorText } from '../../error-text.ts';
import { Child } from '../../run/child.ts';
import { capabilitiesOf, nameOf, type TransportChoice, type TransportEntry } from '../../transports/index.ts';
import { type Check, checks } from './suite.ts';

/** Steps of a first session, in their order. */
export const FIRST_STEPS = ['listening', 'connecting', 'echoing', 'closing'] as const;
export type FirstStep = (typeof FIRST_STEPS)[number];

/** Orders to the process that verifies one transport: begin, import it, take the steps of a first session, run checks by name. */
export type VerifierOrder =
  | { readonly order: 'begin' }
  /** `entry` describes a plugin's transport. */
  | { readonly order: 'import'; readonly name: string; readonly entry?: TransportEntry }
  | { readonly order: FirstStep }
  | { readonly order: 'check'; readonly check: string };

export type VerifierAnswer =
  /** Server's URL, once it listens. */
  { readonly answer: 'done'; readonly url?: string } | { readonly answer: 'checked'; readonly failure: string | null };

/** Maximum time of starting the process, which on a busy machine is not the transport's. */
const START_SECONDS = 30;
/** Maximum time of importing a transport, and of each step of its first session. */
const STEP_SECONDS = 6;
/** Maximum time of a check. Each wait in it has a limit of its own, which names what was waited for. */
const CHECK_SECONDS = 60;
/** Characters of a failure that are shown. */
const MAX_CHARACTERS = 600;

/** Outcome of a check. `not promised`: the transport does not claim it. `not run`: it cannot be tried, for the reason given. */
export type CheckOutcome =
  | { readonly name: string; readonly outcome: 'passed' | 'not promised' }
  | { readonly name: string; readonly outcome: 'failed' | 'not run'; readonly reason: string };

type Verifier = Child<VerifierOrder, VerifierAnswer>;

/**
 * Runs the conformance suite over a transport, in a process of its own, which is replaced if a check ends it or hangs. The first
 * session comes before the checks: if it cannot be had, its outcome is the only one.
 */
export async function* verify(choice: TransportChoice, signal: AbortSignal): AsyncGenerator<CheckOutcome> {
  let verifier: Verifier | undefined;
  try {
    verifier = await start(signal);
    const opened = await openFirst(verifier, choice, signal);
    if ('reason' in opened) {
      yield opened;
      return;
    }
    for (const check of checks) {
      const why = whyNotRun(check, choice, opened.url);
      if (why !== undefined) yield why;
      if (why !== undefined) continue;
      verifier ??= await start(signal, importOf(choice));
      const outcome = await attempt(check.name, verifier, signal);
      if (outcome.broke) {
        await verifier.kill();
        verifier = undefined;
      }
      yield outcome.checked;
    }
  } finally {
    await verifier?.kill();
  }
}

/** Starts a process and gives it orders. It is killed if one of them fails. */
async function start(signal: AbortSignal, ...orders: readonly VerifierOrder[]): Promise<Verifier> {
  const file = fileURLToPath(new URL('verifier.ts', import.meta.url));
  const verifier: Verifier = new Child('the process', file, { core: undefined, variables: process.env });
  try {
    await verifier.ask({ order: 'begin' }, 'done', { seconds: START_SECONDS, signal });
    for (const order of orders) await verifier.ask(order, 'done', { seconds: STEP_SECONDS, signal });
    return verifier;
  } catch (error) {
    await verifier.kill();
    throw error;
  }
}

const importOf = (choice: TransportChoice): VerifierOrder => ({
  order: 'import',
  name: nameOf(choice),
  ...(choice.entry.module === undefined ? {} : { entry: choice.entry }),
});

/** Imports the transport and takes the steps of a first session. Resolves with the server's URL, or with the step that failed. */
async function openFirst(
  verifier: Verifier,
  choice: TransportChoice,
  signal: AbortSignal,
): Promise<{ readonly url: string } | Extract<CheckOutcome, { reason: string }>> {
  let url = '';
  for (const order of [importOf(choice), ...FIRST_STEPS.map((step) => ({ order: step }))]) {
    const name = `has a first session: ${order.order}`;
    try {
      const answer = await verifier.ask(order, 'done', { seconds: STEP_SECONDS, signal });
      url = answer.url ?? url;
    } catch (error) {
      signal.throwIfAborted();
      return { name, outcome: 'failed', reason: shortened(errorText(error)) };
    }
  }
  return { url };
}

async function attempt(
  name: string,
  verifier: Verifier,
  signal: AbortSignal,
): Promise<{ readonly checked: CheckOutcome; readonly broke: boolean }> {
  try {
    const order = { order: 'check', check: name } as const;
    const { failure } = await verifier.ask(order, 'checked', { seconds: CHECK_SECONDS, signal });
    if (failure === null) return { checked: { name, outcome: 'passed' }, broke: false };
    return { checked: { name, outcome: 'failed', reason: shortened(failure) }, broke: false };
  } catch (error) {
    signal.throwIfAborted();
    return { checked: { name, outcome: 'failed', reason: shortened(errorText(error)) }, broke: true };
  }
}

/** Outcome of a check that does not apply; undefined if it does. */
function whyNotRun({ name, promises, port }: Check, choice: TransportChoice, url: string): CheckOutcome | undefined {
  if (promises?.(capabilitiesOf(choice)) === false) return { name, outcome: 'not promised' };
  if (port !== true || hasPort(url)) return undefined;
  return { name, outcome: 'not run', reason: `the server’s URL, ${url}, names no port` };
}

const hasPort = (url: string): boolean => URL.canParse(url) && new URL(url).port !== '';

const shortened = (text: string): string =>
  text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS)}…`;
