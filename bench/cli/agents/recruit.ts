import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Fleet } from '../../agents/fleet.ts';
import { tooManySessions } from '../../agents/limits.ts';
import { isLocalRedis, type RedisAddress } from '../../agents/redis-url.ts';
import { errorText } from '../../error-text.ts';
import type { RunOptions } from '../../plan/options.ts';
import type { RunPlan } from '../../plan/plan.ts';
import { readNumber } from '../../plan/readers.ts';
import { NO_NETWORK } from '../../results/dimensions.ts';
import { SCHEMA } from '../../results/schema.ts';
import { packageVersion } from '../../run/environment.ts';
import { type Link, loopback } from '../../run/link.ts';
import type { Agents } from '../../run/load-workers.ts';
import { isBrowser } from '../../scenarios/shared/clients-in.ts';
import { addressShown } from '../../security/redact.ts';
import type { Context } from '../command.ts';
import { refuseIf, UsageError } from '../exit.ts';
import { type Flag, textFlag, type Values } from '../flags.ts';
import type { Io } from '../io.ts';
import { REDIS, redisAddress } from './redis.ts';

/** Usual wait for agents, in seconds. */
const WITHIN_SECONDS = 60;

const AGENTS: Flag<number | null> = {
  argument: '<number>',
  help: 'machines that send the load: each runs the command agent; see docs/scale.md',
  read: (given, problems) => readNumber(given, { whole: true, min: 1, max: 1_000 }, problems),
};

const WITHIN: Flag<number | null> = {
  argument: '<seconds>',
  help: 'longest wait for the agents',
  usual: String(WITHIN_SECONDS),
  read: (given, problems) => readNumber(given, { min: 0.1, max: 86_400 }, problems),
};

/** Flags of a run whose load comes from other machines. */
export const AGENT_FLAGS = {
  agents: AGENTS,
  redis: REDIS,
  listen: textFlag({
    argument: '<address>',
    help: 'with --agents, address of this machine at which they reach our servers; see docs/scale.md',
  }),
  'agents-within': WITHIN,
};

type AgentFlags = Values<typeof AGENT_FLAGS>;

/** Load from other machines, as it was asked for. */
export interface AgentRequest {
  readonly agents: number;
  readonly address: RedisAddress;
  readonly seconds: number;
  /** Address of this machine that our servers listen on; the loopback's if a server at --url is measured. */
  readonly host: string;
  /** Agents as a plan counts them before they are there: of one load worker each. */
  readonly expected: Agents;
}

/** Given flags as a command line has them, for the command that repeats the run. No password is in it. */
export const agentFlags = ({ agents, redis, listen }: Partial<AgentFlags>): string[] => [
  ...(agents ? [`--agents ${agents}`] : []),
  ...(redis === undefined ? [] : [`--redis ${addressShown(redis)}`]),
  ...(listen === undefined ? [] : [`--listen ${listen}`]),
];

/** Reads the flags; undefined if the load is to come from this machine. Throws a `UsageError` with every problem. */
export function readAgents(
  { agents = null, redis, listen, 'agents-within': within = null }: Partial<AgentFlags>,
  options: RunOptions,
  io: Pick<Io, 'environment' | 'info'>,
): AgentRequest | undefined {
  if (agents === null) {
    const without = { '--redis': redis, '--listen': listen, '--agents-within': within ?? undefined };
    refuseIf(
      Object.entries(without).flatMap(([flag, value]) =>
        value === undefined ? [] : [`${flag} has no meaning without --agents; leave it out`],
      ),
    );
    return undefined;
  }
  const problems: string[] = [];
  const address = redisAddress(redis, io, problems);
  problems.push(...notOverAgents(options), ...(address === undefined ? [] : listenProblems(listen, options, address)));
  if (address === undefined || problems.length > 0) throw new UsageError(problems);
  return {
    agents,
    address,
    seconds: within ?? WITHIN_SECONDS,
    host: listen ?? '127.0.0.1',
    expected: {
      workers: agents,
      hosts: [],
      ready: async () => {},
      start: () => {
        throw new Error('a plan starts nothing');
      },
    },
  };
}

/** Problems of settings that mean the load processes of this machine, or the link between them and the server. */
function notOverAgents(options: RunOptions): string[] {
  const { workers, link, networks, clientsIn, plugins, beside } = options;
  return [
    ...(workers === null ? [] : ['--workers is said to each agent: wirebench agent --workers; leave it out']),
    ...(link === 'veth' ? ['--link veth joins processes of this machine; leave it out, or leave --agents out'] : []),
    ...(networks.every((network) => network === NO_NETWORK)
      ? []
      : ['--network shapes packets on this machine; leave it out, or leave --agents out']),
    ...(clientsIn.some(isBrowser)
      ? ['--clients-in chromium runs on this machine; leave it out, or leave --agents out']
      : []),
    ...(plugins.length === 0
      ? []
      : ['--plugin: agents have only the clients of Wirebench; leave it out, or leave --agents out']),
    ...((beside ?? 1) > 1 ? ['--beside: agents take part in one trial at a time; leave it out'] : []),
  ];
}

/** Problems of the address that our servers listen on. */
function listenProblems(listen: string | undefined, { url }: RunOptions, redis: RedisAddress): string[] {
  if (url !== null && listen !== undefined) return ['--listen is for our servers; leave it out with --url'];
  const own = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
  const choices = own.filter((address) => isIPv4(address)).join(', ');
  if (listen !== undefined && !own.includes(listen)) return [`--listen must be an address of this machine: ${choices}`];
  if (listen === undefined && url === null && !isLocalRedis(redis))
    return [
      `--agents needs --listen <address>, at which they reach our servers on this machine (${choices}), or --url with a server that runs already`,
    ];
  return [];
}

/** Options of a run without what a default run measures besides: its networks and faults are made on this machine. */
export const withoutParts = (options: RunOptions): RunOptions => ({ ...options, parts: [], beside: 1 });

/** Link of a run whose load comes from elsewhere: the host's own network. */
export const linkOf = ({ host }: AgentRequest): Link => ({ ...loopback(), host, ways: [] });

/** Problems of cases that are measured on one machine only. */
export function refuseForAgents({ cases }: RunPlan): void {
  const apart = cases.filter(({ scenario: { kind } }) => kind.uses.faults || kind.uses.readers);
  const names = [...new Set(apart.map(({ scenario }) => scenario.id))];
  refuseIf(
    names.length === 0 ? [] : [`${names.join(', ')} needs server and clients on one machine; leave it or --agents out`],
  );
}

/** Waits for the agents, and checks that they can open the sessions of the plan. Throws a `UsageError` that says what to do. */
export async function recruit(
  { agents, address, seconds }: AgentRequest,
  plan: RunPlan,
  { io, interrupted: signal }: Context,
): Promise<Fleet> {
  const { Fleet } = await import('../../agents/fleet.ts');
  io.info(`Waiting for ${agents === 1 ? 'one agent' : `${agents} agents`} at Redis ${address.shown}.\n`);
  const version = { wirebench: packageVersion(), schema: SCHEMA };
  const say = (text: string): void => io.info(`${text}\n`);
  let fleet: Fleet;
  try {
    fleet = await Fleet.recruit({ address, agents, seconds, version, signal, say });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new UsageError([errorText(error)]);
  }
  const problems = tooManySessions(plan.cases, fleet.members);
  if (problems.length === 0) return fleet;
  await fleet[Symbol.asyncDispose]();
  throw new UsageError(problems);
}
