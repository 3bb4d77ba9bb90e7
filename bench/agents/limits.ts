import { command } from '../results/command.ts';
import { USABLE_PORTS } from '../run/limits.ts';
import { OTHER_FILES } from '../run/scale/processes.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import type { Member } from './crew.ts';

/** Problems of agents that cannot open their share of a plan's sessions, each with a remedy. Pure. */
export function tooManySessions(
  cases: readonly PlannedCase[],
  members: readonly Pick<Member, 'name' | 'claim'>[],
): string[] {
  const workers = members.reduce((sum, { claim }) => sum + claim.workers, 0);
  const needs = cases.map((planned) => {
    const { connections } = planned.scenario.kind.resources(planned);
    return { planned, connections, perWorker: Math.ceil(connections / workers) };
  });
  const [largest] = needs.toSorted((a, b) => b.connections - a.connections);
  if (largest === undefined) return [];
  const { planned, perWorker } = largest;
  const what = `${planned.clients} sessions of ${planned.name}`;
  return members.flatMap(({ name, claim }) => {
    const connections = perWorker * claim.workers;
    const { files, ports } = claim;
    const sockets = planned.entry.sharesSocket ? 1 : connections;
    return [
      ...(files !== null && perWorker + OTHER_FILES > files
        ? [
            `${what} are ${perWorker} for each load process, but agent ${name} allows each only ${files} open files; use more --agents, or start it with more --workers or a higher limit (${command('ulimit -n')})`,
          ]
        : []),
      ...(ports !== null && sockets > ports * USABLE_PORTS
        ? [
            `${what} need ${sockets} ports at agent ${name}, which has ${Math.floor(ports * USABLE_PORTS)}; use more --agents, or raise net.ipv4.ip_local_port_range there`,
          ]
        : []),
    ];
  });
}
