import { capabilitiesOf, nameOf } from '../../transports/index.ts';
import type { PlannedCase } from '../shape.ts';
import { hasBackplane } from './nodes.ts';

/** Maximum number of server processes of a trial, and of its load processes. */
export const MAX_PROCESSES = 256;

/** Says why a scenario can have only one server process; undefined if it can have several that share a port. */
export function whyOneServer({ reaches, kind }: Pick<PlannedCase['scenario'], 'reaches' | 'kind'>): string | undefined {
  if (kind.uses.faults) return 'a session may come back to another process, which does not know it';
  if (reaches !== 'sender') return 'a broadcast reaches only the sessions of its own process';
  return undefined;
}

/** Says why a case can have only one server process; undefined if it can have several that share a port. */
export function whyOnlyOne(
  planned: Pick<PlannedCase, 'entry' | 'variant' | 'scenario' | 'target' | 'dimensions'>,
): string | undefined {
  if (planned.target !== null) return 'the server is not ours';
  if (hasBackplane(planned)) return 'each of its nodes is a server process';
  const { sharesPort = 'never' } = capabilitiesOf(planned);
  const name = nameOf(planned);
  if (sharesPort === 'never') {
    return planned.entry.port === 'udp' || planned.entry.datagrams
      ? `${name} uses UDP, and its datagrams would reach any process`
      : `a session of ${name} uses several connections, which would reach different processes`;
  }
  if (sharesPort === 'silent' && planned.scenario.kind.uses.messages)
    return `${name} sends messages over further connections, which would reach other processes than the session’s`;
  return whyOneServer(planned.scenario);
}
