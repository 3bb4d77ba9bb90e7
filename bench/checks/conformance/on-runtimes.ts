import type { Runtime } from '../../results/values.ts';
import { type OtherRuntime, usableRuntimes } from '../../run/runtimes/find.ts';
import { nameOf, needsBackplane, type TransportChoice, transportChoices, whyNotOn } from '../../transports/index.ts';
import { conforming } from './conforming.ts';
import { remote, startRemote } from './remote.ts';
import { runCheck } from './suite.ts';

/** Transports and variants whose server runs in a runtime, and needs no Redis besides. */
export const runningOn = (runtime: Runtime): readonly TransportChoice[] =>
  transportChoices().filter((choice) => whyNotOn(choice, runtime) === undefined && !needsBackplane(choice));

/**
 * Runs the conformance suite with the server in another runtime. Resolves with the number of checks, and the failures.
 *
 * @param leavesOut true for checks that are not run
 */
export async function conformsOn(
  runtime: OtherRuntime,
  choice: TransportChoice,
  leavesOut: (name: string) => boolean = () => false,
): Promise<{ readonly checks: number; readonly failures: readonly string[] }> {
  const { runtimes, problems } = usableRuntimes([runtime]);
  if (problems.length > 0) throw new Error(problems.join('; '));
  const failures: string[] = [];
  await using process = startRemote({ core: undefined, program: runtimes[0] });
  const { subject, checks: all } = await conforming(choice);
  const checks = all.filter(({ name }) => !leavesOut(name));
  const there = { ...subject, server: remote(nameOf(choice), process) };
  for (const check of checks) {
    try {
      await runCheck(check, there);
    } catch (error) {
      failures.push(`${check.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { checks: checks.length, failures };
}
