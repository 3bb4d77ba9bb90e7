import type { NeedId } from '../questions/needs.ts';
import { S, type Source } from './sources.ts';

/**
 * `depends`: it passes if what the note says holds, which is for others to see to. `other form`: it passes in a form that was
 * not measured, so that the figures are not those of what would be used.
 */
export type FactValue = 'yes' | 'no' | 'depends' | 'other form';
export type Tag = 'measured' | 'specification' | 'judgement';

export type Fact = {
  readonly value: FactValue;
  /** Completes “yes: …”, “no: …” or “only if …”. */
  readonly note: string;
  readonly source: Source;
  readonly tag: Tag;
  /** The variant that another form is, where it has a name: what that one cannot do, this one cannot do so either. */
  readonly form?: string;
};

/** What the authors think, as they would say it; it has no clause and no interval, and can be left out. */
export type Judgement = {
  readonly level: Level;
  readonly note: string;
  readonly source: Source;
  readonly tag: 'judgement';
};

/** 1: the best there is; 2: middling; 3: the most work, or the least to be had. */
export const LEVELS = [1, 2, 3] as const;
export type Level = (typeof LEVELS)[number];

export const JUDGED = ['simplicity', 'features'] as const;
export type JudgedCriterion = (typeof JUDGED)[number];

/** All that the advisor knows of one transport. */
export type Family = {
  /** Id of the transport in results. */
  readonly id: string;
  readonly title: string;
  readonly facts: Readonly<Record<NeedId, Fact>>;
  readonly judgements: Readonly<Record<JudgedCriterion, Judgement>>;
  /** Where a variant differs; it inherits the rest. */
  readonly variants?: Readonly<Record<string, Partial<Readonly<Record<NeedId, Fact>>>>>;
};

const fact =
  (value: FactValue) =>
  (source: Source, note: string, tag: Tag = 'specification'): Fact => ({ value, note, source, tag });
export const [yes, no, depends] = [fact('yes'), fact('no'), fact('depends')];
export const otherForm = (source: Source, note: string, form?: string): Fact => ({
  value: 'other form',
  note,
  source,
  tag: 'specification',
  ...(form === undefined ? {} : { form }),
});

const AUTHORS: Source = {
  clause: 'judgement of the authors; --judge puts yours in its place, --no-judgement leaves it out',
  url: 'docs/choosing.md#judgement',
};
export const judged = (level: Judgement['level'], note: string): Judgement => ({
  level,
  note,
  source: AUTHORS,
  tag: 'judgement',
});

export const NOT_PEER = 'client and server, never two clients';
export const NO_SCHEMA = 'carries messages, knows no schema';
export const APP_REPLAY = 'nothing of the protocol says what a client has had; the application must';
export const NO_SESSIONS = 'when the connection goes, the session goes with it';
export const TCP_WAITS = 'one TCP stream: what comes after a lost packet waits for it';
export const HOLDS = 'a gateway holds the connections for the host';

/** What HTTP requests and responses have in common, whichever way the server holds them. */
export const overHttp = {
  'http-only': yes(S.content, 'nothing but requests and responses'),
  http1: yes(S.http1, 'HTTP/1.1 is enough'),
  reliable: yes(S.tcpOrder, 'TCP, while the session lives'),
  lossy: no(S.tcpOrder, TCP_WAITS),
  peer: no(S.httpRoles, NOT_PEER),
  devices: no(S.httpRoles, 'HTTP keeps no session for who is away, and tells nobody that one is gone'),
  graphql: no(S.content, NO_SCHEMA),
  upstream: no(S.post, 'a message up is a request of its own'),
} as const;

/** What follows from a connection that WebSocket carries. */
export const overWebSocket = {
  browser: yes(S.wsApi, 'every browser has it'),
  upstream: yes(S.wsPurpose, 'two ways on one connection'),
  'http-only': no(S.upgrade, 'the connection is upgraded away from HTTP, which a proxy may refuse'),
  buffering: yes(S.upgrade, 'after the upgrade no response is left to hold back'),
  http1: yes(S.wsHandshake, 'its handshake is HTTP/1.1'),
  ordered: yes(S.tcpOrder, 'one TCP stream'),
  reliable: yes(S.tcpOrder, 'TCP, while the connection lives'),
  lossy: no(S.tcpOrder, TCP_WAITS),
  'push-only': yes(S.wsPurpose, 'the server sends when it likes'),
  peer: no(S.wsPurpose, NOT_PEER),
  serverless: depends(S.gateway, HOLDS),
  quiet: yes(S.wsPing, 'silent but for pings, as rare as one likes'),
} as const;
