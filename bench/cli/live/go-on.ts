import { whyNoneIsValid } from '../../../reports/analysis/trust/warnings.ts';
import type { Results } from '../../results/schema.ts';
import { ask } from '../ask.ts';
import type { Context } from '../command.ts';

/**
 * Says that the first block of a run has no valid trial, why, and what to do; returns true if the run goes on. A user at a terminal
 * is asked; with `--yes`, and where nobody can be asked, the run stops.
 *
 * @param otherwise way to run the whole plan all the same, if the command has one
 */
export async function goesOn(
  results: Results,
  { yes, otherwise }: { readonly yes: boolean; readonly otherwise?: string },
  context: Context,
): Promise<boolean> {
  const { io } = context;
  io.info(`\n${whyNoneIsValid(results)}\n`);
  if (yes || !io.interactive) {
    io.info(`The command stops here.${otherwise === undefined ? '' : ` ${otherwise}`}\n\n`);
    return false;
  }
  const answer = await ask(
    (prompt) => prompt('Every further trial will probably end like these. Run the whole plan all the same? [y/N] '),
    context,
  );
  io.info('\n');
  return answer !== undefined && /^y(es)?$/i.test(answer.trim());
}
