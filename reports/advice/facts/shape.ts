import type { NeedId } from '../questions/needs.ts';
import { S, type Source } from './sources.ts';

/** Answer of a transport that meets a need only in a form that was not measured, so that the measured figures do not apply. */
export const ELSEWHERE = 'yes, in a form not measured here';

/** Answer of a transport to a need. `depends`: it meets the need if the note's condition holds. */
export type FactValue = 'yes' | 'no' | 'depends' | typeof ELSEWHERE;
export type Tag = 'measured' | 'specification' | 'judgement';

export type Fact = {
  readonly value: FactValue;
  /** Completes “yes: …”, “no: …”, “only if …” or “yes, in a form not measured here: …”. */
  readonly note: string;
  readonly source: Source;
  readonly tag: Tag;
  /** Variant that the other form is, if it has a name. The need is then met under that variant's limits. */
  readonly form?: string;
};

/** Opinion of the authors. It has no clause and no interval, and a reader may leave it out. */
export type Judgement = {
  readonly level: Level;
  readonly note: string;
  readonly source: Source;
  readonly tag: 'judgement';
};

/** 1 is the best, 2 is in between, 3 is the most work or the fewest features. */
export const LEVELS = [1, 2, 3] as const;
export type Level = (typeof LEVELS)[number];

export const JUDGED = ['simplicity', 'features'] as const;
export type JudgedCriterion = (typeof JUDGED)[number];

/** Facts and judgements about one transport. */
export type Family = {
  /** Id of the transport in results. */
  readonly id: string;
  readonly title: string;
  readonly facts: Readonly<Record<NeedId, Fact>>;
  readonly judgements: Readonly<Record<JudgedCriterion, Judgement>>;
  /** Facts in which a variant differs; it inherits the rest. */
  readonly variants?: Readonly<Record<string, Partial<Readonly<Record<NeedId, Fact>>>>>;
};

/** True for an answer that is neither a plain yes nor a no. */
export const isQualified = ({ value }: Pick<Fact, 'value'>): boolean => value === 'depends' || value === ELSEWHERE;

/** Answer with its note: `yes: …`, `only if …`. */
export const factText = ({ value, note }: Pick<Fact, 'value' | 'note'>): string =>
  value === 'depends' ? `only if ${note}` : `${value}: ${note}`;

const fact =
  (value: FactValue) =>
  (source: Source, note: string, tag: Tag = 'specification'): Fact => ({ value, note, source, tag });
export const [yes, no, depends] = [fact('yes'), fact('no'), fact('depends')];
export const otherForm = (source: Source, note: string, form?: string): Fact => ({
  value: ELSEWHERE,
  note,
  source,
  tag: 'specification',
  ...(form === undefined ? {} : { form }),
});

const AUTHORS: Source = {
  clause: 'judgement of the authors; --judge replaces it with yours, --no-judgement leaves it out',
  url: 'docs/choosing.md#judgement',
};
export const judged = (level: Judgement['level'], note: string): Judgement => ({
  level,
  note,
  source: AUTHORS,
  tag: 'judgement',
});

/** Answer of every transport: no protocol says what a server does with messages that a reader does not take. */
export const SLOW_READERS = depends(
  S.backpressure,
  'the server bounds what waits for a reader that is too slow, and then drops messages or ends its session',
);

export const NOT_PEER = 'it connects a client to a server, never two clients to each other';
export const NO_SCHEMA = 'it carries messages and knows no schema';
export const APP_REPLAY = 'the protocol does not record what a client has received; the application must';
export const NO_SESSIONS = 'the session ends with the connection';
export const TCP_WAITS = 'it is one TCP stream: whatever follows a lost packet waits for that packet';
export const GATEWAY = 'a gateway keeps the connections open for the host';
export const UPGRADED = 'the connection is upgraded from HTTP to WebSocket, which a proxy may refuse';
export const BASE64 = 'base64 is acceptable, which makes messages a third longer';
export const ONE_REQUEST = 'as long as only one request is in flight at a time, as here';
export const CURSOR =
  'the client polls again with its last cursor within 60 s; until then the server here keeps what no cursor has confirmed';
export const LONG_POLLS = 'the host lets a request stay open for the length of a poll';
export const CLEAN_SESSIONS = 'with kept sessions (Clean Session 0); the sessions measured here are clean';

/** Facts common to every transport that uses HTTP requests and responses. */
export const overHttp = {
  'http-only': yes(S.content, 'it uses only requests and responses'),
  http1: yes(S.http1, 'HTTP/1.1 is enough'),
  reliable: yes(S.tcpOrder, 'TCP delivers everything while the session lasts'),
  lossy: no(S.tcpOrder, TCP_WAITS),
  peer: no(S.httpRoles, NOT_PEER),
  devices: no(S.httpRoles, 'HTTP keeps no session for an absent client and tells nobody that a client is gone'),
  graphql: no(S.content, NO_SCHEMA),
  upstream: no(S.post, 'each message from the client is a separate request'),
} as const;

/** Facts common to every transport that streams messages in one long response. */
export const overStream = {
  buffering: no(S.httpStreamingIssues, 'a proxy that waits for the end of the response waits for ever'),
  serverless: depends(
    S.httpStreamingIssues,
    'a response may stay open for a while, and the client reconnects each time it is cut off',
  ),
} as const;

export const STREAM_ORDER =
  'one response is read in order, and messages from the client are sent one request after another';

/** Facts common to every transport that sends an event stream. */
export const overEventStream = {
  ...overStream,
  binary: no(S.eventStream, 'an event stream is UTF-8 text'),
  quiet: yes(S.eventNotes, 'an idle stream sends nothing here; where proxies need it, a comment every 15 s or so'),
} as const;

/** Facts common to every transport that runs over WebSocket. */
export const overWebSocket = {
  browser: yes(S.wsApi, 'every browser supports it'),
  upstream: yes(S.wsPurpose, 'one connection carries messages both ways'),
  'http-only': no(S.upgrade, UPGRADED),
  buffering: yes(S.upgrade, 'after the upgrade there is no response to hold back'),
  http1: yes(S.wsHandshake, 'its handshake is HTTP/1.1'),
  ordered: yes(S.tcpOrder, 'it is one TCP stream'),
  reliable: yes(S.tcpOrder, 'TCP delivers everything while the connection lasts'),
  lossy: no(S.tcpOrder, TCP_WAITS),
  'push-only': yes(S.wsPurpose, 'the server can send at any time'),
  peer: no(S.wsPurpose, NOT_PEER),
  serverless: depends(S.gateway, GATEWAY),
  quiet: yes(S.wsPing, 'an idle connection sends nothing here; pings may be as rare as you like'),
} as const;
