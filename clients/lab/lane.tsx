import { type ReactNode, useEffect, useEffectEvent, useRef } from 'react';
import type { LabTransport, Traffic } from '../../bench/lab/protocol.ts';
import { useTransport } from '../react/use-transport.ts';
import { Chart, type SeenCut } from './chart.tsx';
import { bytesText, countText, timeText } from './format.ts';
import type { Pacer } from './pacer.ts';
import type { PageLane } from './run.ts';
import type { Scale } from './scale.ts';

/** Silence after which a session counts as lost, as in runs of the command line; three messages if they are further apart. */
const SILENCE_MS = 3_000;
const SILENT_MESSAGES = 3;
/** Time from the beginning of the window to the first message. */
const LEAD_MS = 100;

interface LaneProps {
  readonly lane: PageLane;
  readonly transport: LabTransport;
  readonly pacer: Pacer;
  /** Place among the lanes, from 0 to 1: messages of lanes alternate. */
  readonly phase: number;
  /** False once the run is to end: nothing more is sent. */
  readonly sending: boolean;
  /** False once the run has ended: the session is closed. */
  readonly connected: boolean;
  /** Begins the measured window of the lane. */
  readonly begin: (transport: string) => Promise<void>;
  readonly traffic: Traffic | undefined;
  readonly scale: Scale;
  /** Time of the drawing, or at which the run ended. */
  readonly nowMs: number;
  readonly cuts: readonly SeenCut[];
}

/** One transport's session, and what it does as it happens. */
export function LaneCard(props: LaneProps) {
  const { lane, transport, traffic, scale, nowMs, cuts } = props;
  const { record } = lane;
  const { status, error, attempts } = useLane(props);
  const lost = record.lost(nowMs);
  const [p50, p99] = [record.response.percentile(50), record.response.percentile(99)];
  const shown = props.connected ? status : 'ended';
  return (
    <article className={`card lab-lane family-${transport.family}`} aria-label={lane.name}>
      <header className="lab-lane-head">
        <h3>
          <span className="lab-swatch" aria-hidden="true" /> {lane.name}
        </h3>
        <output className={`pill lab-pill-${shown}`}>
          {shown}
          {shown === 'reconnecting' && attempts > 0 ? `, attempt ${attempts}` : ''}
        </output>
      </header>
      <p className="quiet lab-title">{transport.title}</p>
      <Chart
        record={record}
        scale={scale}
        cuts={cuts}
        nowMs={nowMs}
        label={`Round trips over ${lane.name}: median ${timeText(p50)}, 99th percentile ${timeText(p99)}`}
      />
      <dl className="lab-figures">
        <Figure term="p50">{timeText(p50)}</Figure>
        <Figure term="p99">{timeText(p99)}</Figure>
        <Figure term="lost" alarming={lost > 0}>
          {countText(lost)}
        </Figure>
        <Figure term="not sent" alarming={record.unsent > 0}>
          {countText(record.unsent)}
        </Figure>
        <Figure term="answered">
          {countText(record.delivered)} of {countText(record.sent)}
        </Figure>
        <Figure term="up, a message">{bytesText(traffic?.up ?? 0, record.delivered)}</Figure>
        <Figure term="down, a message">{bytesText(traffic?.down ?? 0, record.delivered)}</Figure>
      </dl>
      {error === undefined || !props.connected ? null : <p className="lab-error">{error.message}</p>}
      <Changes lane={lane} />
    </article>
  );
}

/** Connects the lane, sends its messages when they are due, and records what comes back. */
function useLane({ lane, pacer, phase, sending, connected, begin }: LaneProps) {
  const { name, url, token, record } = lane;
  const began = useRef(false);
  const { status, error, attempts, send } = useTransport(name, connected ? url : null, {
    token,
    keepLast: false,
    silenceMs: Math.max(SILENCE_MS, SILENT_MESSAGES * record.intervalMs),
    onMessage: (message) => record.received(message, performance.now()),
  });
  useEffect(() => {
    if (connected) record.changed(status, error, performance.now());
  }, [record, status, error, connected]);

  const fire = useEffectEvent((dueMs: number) => {
    const message = record.next(dueMs, performance.now());
    if (message !== undefined) send(message).catch((reason: Error) => record.notSent(reason));
  });
  const isOpen = status === 'open';
  const hasBegun = began.current || isOpen;
  useEffect(() => {
    if (!sending || !hasBegun) return;
    let remove = (): void => {};
    let isOver = false;
    const start = async (): Promise<void> => {
      if (!began.current) await begin(name);
      began.current = true;
      if (isOver) return;
      const firstDueMs = performance.now() + LEAD_MS + phase * record.intervalMs;
      remove = pacer.add({ firstDueMs, intervalMs: record.intervalMs, fire });
    };
    void start();
    return () => {
      isOver = true;
      remove();
    };
  }, [sending, hasBegun, begin, name, pacer, phase, record]);
  return { status, error, attempts };
}

function Figure({ term, alarming = false, children }: { term: string; alarming?: boolean; children: ReactNode }) {
  return (
    <div className={alarming ? 'lab-alarming' : undefined}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Newest changes of a connection that are shown. */
const SHOWN_CHANGES = 4;

/** Changes of the connection, the newest last. */
function Changes({ lane: { record } }: { lane: PageLane }) {
  const [first] = record.changes;
  if (first === undefined) return null;
  return (
    <ol className="lab-changes" aria-label="What happened to the connection">
      {record.changes.slice(-SHOWN_CHANGES).map(({ atMs, status, text }) => (
        <li key={atMs}>
          <span className="lab-at">{((atMs - first.atMs) / 1e3).toFixed(1)} s</span> {status}
          {text === '' ? '' : `: ${text}`}
        </li>
      ))}
    </ol>
  );
}
