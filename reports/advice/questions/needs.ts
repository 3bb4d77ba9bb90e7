/** Needs that a project may have. Each is a filter: a transport meets it, fails it, or meets it on a condition. */
// biome-ignore format: a need, one line
export const NEEDS = [
  { id: 'browser', of: 'clients', name: 'browser clients', question: 'Do clients run in web pages, without a gateway of their own?' },
  { id: 'upstream', of: 'messages', name: 'sending on the same connection', question: 'Do clients also send, on the connection on which they receive?' },
  { id: 'binary', of: 'messages', name: 'binary messages', question: 'Are messages binary, and must they be carried without conversion?' },
  { id: 'http-only', of: 'network', name: 'proxies that pass only plain HTTP', question: 'Must messages pass proxies that let through only plain HTTP requests and responses?' },
  { id: 'buffering', of: 'network', name: 'proxies that buffer responses', question: 'Do proxies on the path hold a response back until it is complete?' },
  { id: 'http1', of: 'network', name: 'HTTP/1.1 at most', question: 'Is HTTP/1.1 the newest version available from end to end?' },
  { id: 'ordered', of: 'messages', name: 'message order', question: 'Must messages from one sender arrive in the order in which they were sent?' },
  { id: 'reliable', of: 'messages', name: 'no loss while connected', question: 'Must every message arrive as long as the session lasts?' },
  { id: 'lossy', of: 'network', name: 'no waiting for lost packets', question: 'Does the network lose packets, and must later messages arrive without waiting for a lost one?' },
  { id: 'replay', of: 'messages', name: 'reconnecting without loss', question: 'Must a client that reconnects receive the messages that it missed?' },
  { id: 'push-only', of: 'messages', name: 'server push only', question: 'Is it enough that the server sends, because clients send only now and then?' },
  { id: 'peer', of: 'clients', name: 'peer to peer', question: 'Must clients talk to each other without a server between them?' },
  { id: 'devices', of: 'clients', name: 'devices that go offline', question: 'Are clients devices that come and go, for which the server must keep sessions and tell others when they are gone?' },
  { id: 'graphql', of: 'clients', name: 'an existing GraphQL schema', question: 'Do clients already use a GraphQL schema?' },
  { id: 'serverless', of: 'network', name: 'a host without long-lived connections', question: 'Does the host end every request after some seconds and keep no connection open?' },
  { id: 'quiet', of: 'network', name: 'sleeping devices', question: 'Are most sessions silent most of the time, as of phones and sensors, and must a silent session send almost nothing, so that their radios sleep?' },
  { id: 'watchers', of: 'clients', name: 'many watchers, some of them slow', question: 'Do many clients watch the same messages, and must the others not suffer when some are too slow to keep up?' },
] as const;

/** Groups of needs, in the order in which they are asked. */
export const NEED_GROUPS = [
  { of: 'clients', title: 'Who takes part' },
  { of: 'messages', title: 'What is sent' },
  { of: 'network', title: 'What lies between them' },
] as const;

export type Need = (typeof NEEDS)[number];
export type NeedId = Need['id'];

/** Scenario by which a need is judged, whatever the preset: with server push only, what the server sends is what counts. */
const PREFERRED: Partial<Readonly<Record<NeedId, string>>> = { 'push-only': 'broadcast' };

/** Scenario that one of the needs prefers; null if none does. */
export const scenarioFor = (needs: readonly NeedId[]): string | null =>
  needs.map((id) => PREFERRED[id]).find((scenario) => scenario !== undefined) ?? null;

export const needOf = (id: NeedId): Need => {
  const found = NEEDS.find((need) => need.id === id);
  if (found === undefined) throw new Error(`No need is called ${id}`);
  return found;
};

/** Name of a need, or of the objective beside them. */
export const needName = (id: NeedId | 'objective'): string => (id === 'objective' ? 'objective' : needOf(id).name);

/**
 * Pairs of needs that exclude each other, and why. A “no” to one of these questions is a need of its own; a “no” to any other
 * question rules nothing out.
 */
export const CONTRADICTIONS: readonly Contradiction[] = [
  {
    both: ['upstream', 'push-only'],
    question: 'Who sends?',
    why: 'either clients send on the connection, or server push is enough',
  },
  {
    both: ['reliable', 'lossy'],
    question: 'What happens when a packet is lost?',
    why: 'if every message must arrive, later ones have to wait for a lost packet',
  },
];

type Contradiction = {
  readonly both: readonly [NeedId, NeedId];
  /** Question that each of both answers. */
  readonly question: string;
  readonly why: string;
};

/** Need that excludes this one; null if none does. */
export function oppositeOf(need: NeedId): NeedId | null {
  const found = CONTRADICTIONS.find(({ both }) => both.includes(need));
  return found?.both.find((one) => one !== need) ?? null;
}

/** Needs after one was toggled: added in place of its opposite, or removed. */
export function negated(needs: readonly NeedId[], need: NeedId): NeedId[] {
  const others = needs.filter((one) => one !== need && one !== oppositeOf(need));
  return needs.includes(need) ? needs.filter((one) => one !== need) : [...others, need];
}

export const contradicts = (needs: readonly NeedId[]): boolean =>
  CONTRADICTIONS.some(({ both }) => both.every((id) => needs.includes(id)));
