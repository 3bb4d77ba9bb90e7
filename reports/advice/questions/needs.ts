/** What a project may need of a transport: each is a filter, and a transport passes, fails, or passes on a condition. */
// biome-ignore format: a need, one line
export const NEEDS = [
  { id: 'browser', of: 'clients', name: 'browser clients', question: 'Do clients run in a web page, without a gateway of their own?' },
  { id: 'upstream', of: 'messages', name: 'messages up on the same connection', question: 'Do clients send as well, on the connection that they receive on?' },
  { id: 'binary', of: 'messages', name: 'binary messages', question: 'Are messages binary, to be carried as they are?' },
  { id: 'http-only', of: 'network', name: 'proxies that pass plain HTTP only', question: 'Must it pass proxies that let nothing through but plain HTTP requests and responses?' },
  { id: 'buffering', of: 'network', name: 'proxies that hold responses back', question: 'Do proxies on the way hold a response back until it is complete?' },
  { id: 'http1', of: 'network', name: 'HTTP/1.1 at most', question: 'Is HTTP/1.1 all there is: no HTTP/2 or HTTP/3 from end to end?' },
  { id: 'ordered', of: 'messages', name: 'order', question: 'Must messages of one sender arrive in the order they were sent?' },
  { id: 'reliable', of: 'messages', name: 'every message while connected', question: 'Must every message arrive while the session lives?' },
  { id: 'lossy', of: 'network', name: 'no waiting for lost packets', question: 'Does the network lose packets, and must later messages not wait for a lost one?' },
  { id: 'replay', of: 'messages', name: 'what was missed, after a reconnect', question: 'Must a client that reconnects get what it missed?' },
  { id: 'push-only', of: 'messages', name: 'server push alone', question: 'Is it enough that the server sends; does nothing come up but now and then?' },
  { id: 'peer', of: 'clients', name: 'peer to peer', question: 'Must clients talk to one another without a server between them?' },
  { id: 'devices', of: 'clients', name: 'devices that go offline', question: 'Are clients devices that come and go: sessions kept for them, others told that they are gone?' },
  { id: 'graphql', of: 'clients', name: 'an existing GraphQL schema', question: 'Is there a GraphQL schema that clients use already?' },
  { id: 'serverless', of: 'network', name: 'a host without long connections', question: 'Does the host end every request after some seconds, keeping no connection?' },
  { id: 'quiet', of: 'network', name: 'silent sessions next to free', question: 'Are most sessions silent most of the time, and must those cost next to nothing on the wire?' },
] as const;

/** What needs are of, in the order in which one would ask. */
export const NEED_GROUPS = [
  { of: 'clients', title: 'Who takes part' },
  { of: 'messages', title: 'What is sent' },
  { of: 'network', title: 'What lies between' },
] as const;

export type Need = (typeof NEEDS)[number];
export type NeedId = Need['id'];

/** Scenario that a need is judged by: where little comes up, what comes down counts, whatever the use. */
const PREFERRED: Partial<Readonly<Record<NeedId, string>>> = { 'push-only': 'broadcast' };

/** Scenario that a need asks to be judged by, whatever the use; null where none does. */
export const scenarioFor = (needs: readonly NeedId[]): string | null =>
  needs.map((id) => PREFERRED[id]).find((scenario) => scenario !== undefined) ?? null;

export const needOf = (id: NeedId): Need => {
  const found = NEEDS.find((need) => need.id === id);
  if (found === undefined) throw new Error(`No need is called ${id}`);
  return found;
};

/**
 * Two answers that cannot both be given, and why: one question whose “no” is a need of its own. Of every other need, “no” is “no
 * matter”: nothing that can do more is ruled out by it.
 */
export const CONTRADICTIONS: readonly Contradiction[] = [
  {
    both: ['upstream', 'push-only'],
    question: 'Who sends?',
    why: 'either clients send on the connection, or server push alone is enough',
  },
  {
    both: ['reliable', 'lossy'],
    question: 'And when a packet is lost?',
    why: 'a message that must arrive has to be waited for when its packet is lost',
  },
];

type Contradiction = {
  readonly both: readonly [NeedId, NeedId];
  /** What either is an answer to. */
  readonly question: string;
  readonly why: string;
};

/** The need that cannot be had beside this one. */
export function oppositeOf(need: NeedId): NeedId | null {
  const found = CONTRADICTIONS.find(({ both }) => both.includes(need));
  return found?.both.find((one) => one !== need) ?? null;
}

/** Asked for, without its opposite, or no longer asked for. */
export function turned(needs: readonly NeedId[], need: NeedId): NeedId[] {
  const others = needs.filter((one) => one !== need && one !== oppositeOf(need));
  return needs.includes(need) ? needs.filter((one) => one !== need) : [...others, need];
}

export const contradicts = (needs: readonly NeedId[]): boolean =>
  CONTRADICTIONS.some(({ both }) => both.every((id) => needs.includes(id)));
