import type { Limits } from '../../contract.ts';
import { errorText } from '../../error-text.ts';
import { serveIpc } from '../../ipc.ts';
import { findTransport, surfaceOf } from '../../transports/index.ts';
import { attacksOn } from './attacks.ts';
import type { Attack, Target } from './tools/attack.ts';
import { RawPeer } from './tools/peer.ts';

/** Order to the process that runs all attacking peers. */
export interface AttackerOrder {
  readonly order: 'attack';
  /** Transport to attack, `transport` or `transport:variant`. */
  readonly name: string;
  /** Names of the attacks to run; all if undefined. */
  readonly only: readonly string[] | undefined;
  readonly url: string;
  readonly token: string;
  readonly limits: Limits;
  /** Longest time in which the server has to cut a bad peer. */
  readonly seconds: number;
}

export interface AttackerAnswer {
  readonly answer: 'attacked';
  readonly attacks: readonly string[];
  readonly failures: readonly string[];
}

/** Runs all attacks on a transport at once and resolves with their names and failures. */
async function handle({ name, only, seconds, ...target }: AttackerOrder): Promise<AttackerAnswer> {
  const choice = findTransport(name);
  if (choice === undefined) throw new Error(`there is no transport ${name}`);
  const chosen = (await attacksOn(choice, surfaceOf(choice))).filter(
    ({ name: attack }) => only?.includes(attack) ?? true,
  );
  const dial = (): Promise<RawPeer> => RawPeer.dial(target.url);
  const failures = await Promise.all(chosen.map((attack) => attempt(attack, { ...target, dial }, seconds)));
  return { answer: 'attacked', attacks: chosen.map((attack) => attack.name), failures: failures.flat() };
}

/** Runs one attack. Resolves with a failure unless the peer was cut in time with the expected reason. */
async function attempt({ name, run, refused }: Attack, target: Target, seconds: number): Promise<string[]> {
  const peers: RawPeer[] = [];
  const dial = async (): Promise<RawPeer> => {
    const peer = await RawPeer.dial(target.url);
    peers.push(peer);
    return peer;
  };
  const timer = Promise.withResolvers<undefined>();
  const late = setTimeout(timer.resolve, seconds * 1e3, undefined);
  try {
    const told = await Promise.race([run({ ...target, dial }), timer.promise]);
    if (told === undefined) return [`${name}: the peer was not cut (it received ${excerpt(peers.at(-1)?.text ?? '')})`];
    return refused.test(told) ? [] : [`${name}: the peer was told ${excerpt(told)}, which does not match ${refused}`];
  } catch (error) {
    return [`${name}: ${errorText(error)}`];
  } finally {
    clearTimeout(late);
    for (const peer of peers) peer.cut();
  }
}

const excerpt = (text: string): string => JSON.stringify(text.slice(0, 300));

serveIpc(handle);
