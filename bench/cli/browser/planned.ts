import { countOf, integer } from '../../../reports/model/format.ts';
import type { RunPlan } from '../../plan/plan.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { isInBrowser } from '../../scenarios/shared/clients-in.ts';
import { inBrowserOf } from '../../transports/index.ts';

/** Memory of Chromium with one page, of a further context with its page, and of a session, as read on Linux (PSS). */
const MEMORY_MIB = { first: 410, further: 75, session: 0.1 };

/** Lines about the browser that a plan starts: which, its contexts and their limits, and the memory that they may take. */
export function browserLines({ cases }: RunPlan, path: string | undefined): string[] {
  const inBrowser = cases.filter(isInBrowser);
  if (inBrowser.length === 0) return [];
  const spoken = inBrowser.flatMap((planned) => {
    const use = inBrowserOf(planned);
    return use.speaks === 'never'
      ? []
      : [{ planned, use, contexts: Math.ceil(planned.clients / use.sessionsPerContext) }];
  });
  const several = spoken.filter(({ contexts }) => contexts > 1);
  const mostMiB = Math.max(0, ...spoken.map(({ planned, contexts }) => memoryMiB(planned, contexts)));
  const reasons = Map.groupBy(several, ({ use }) => use.because);
  return [
    `${countOf(inBrowser.length, 'case')} with the clients in a browser${path === undefined ? '' : ` (${path})`}, started afresh for every trial: an estimated ${integer(mostMiB)} MiB of memory at most.`,
    ...[...reasons].map(([because, those]) => {
      const named = those.map(({ planned, contexts }) => `${planned.name} ${planned.scenario.id} ${contexts}`);
      return `Several contexts of the browser, since ${because}: ${[...new Set(named)].join(', ')}.`;
    }),
  ];
}

const memoryMiB = ({ clients }: PlannedCase, contexts: number): number =>
  MEMORY_MIB.first + (contexts - 1) * MEMORY_MIB.further + clients * MEMORY_MIB.session;
