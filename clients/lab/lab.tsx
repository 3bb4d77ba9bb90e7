import { useCallback, useEffect, useMemo, useState } from 'react';
import type {
  CutOrder,
  KeptRun,
  LabEvent,
  LabSettings,
  RunOrder,
  ShownFrame,
  Traffic,
} from '../../bench/lab/protocol.ts';
import { type LabApi, labApi } from './api.ts';
import type { SeenCut } from './chart.tsx';
import { Controls } from './controls.tsx';
import { browserName, clockResolution } from './format.ts';
import { Frames } from './frames.tsx';
import { Kept } from './kept.tsx';
import { LaneCard } from './lane.tsx';
import { Pacer, pageTasks } from './pacer.ts';
import { PathControls } from './path.tsx';
import { lanesOf, type PageLane, type PageRun } from './run.ts';
import { scaleOf } from './scale.ts';
import { useTick } from './ticker.ts';

/** Frames that the page keeps, of which it shows the newest. */
const KEPT_FRAMES = 200;
/** Longest wait for the last answers when a run is stopped. */
const DRAIN_MS = 2_500;
const DRAIN_STEP_MS = 50;
/** Time that sessions have to say goodbye before their servers end. */
const GOODBYE_MS = 200;

/** Phase of the lab: nothing, servers are started, messages flow, the last answers are waited for, all is measured. */
type Phase = 'ready' | 'starting' | 'running' | 'stopping' | 'done';

type Cut = SeenCut & { readonly dueMs: number };

export function Lab({ settings }: { settings: LabSettings }) {
  const api = useMemo(() => labApi(settings), [settings]);
  const pacer = useMemo(() => new Pacer(pageTasks()), []);
  const [phase, setPhase] = useState<Phase>('ready');
  const [run, setRun] = useState<PageRun>();
  const [endedMs, setEndedMs] = useState(0);
  const [problem, setProblem] = useState('');
  const [kept, setKept] = useState<readonly KeptRun[]>([]);
  // In the namespaces the news of a cut takes the path that is cut.
  const isOwnClock = settings.inForce === 'namespaces';
  const { traffic, frames, cuts, isConnected, beginCut } = useLabEvents(api, isOwnClock);
  const failed = (error: unknown): void => setProblem(error instanceof Error ? error.message : String(error));

  async function start(order: RunOrder): Promise<void> {
    setPhase('starting');
    setProblem('');
    try {
      const { run: id, lanes } = await api.start(order);
      const startedMs = performance.now();
      setRun({ id, order, lanes: lanesOf(lanes, order, location.hostname, startedMs), startedMs });
      setPhase('running');
    } catch (error) {
      failed(error);
      setPhase('ready');
    }
  }

  const runId = run?.id;
  const begin = useCallback(
    async (transport: string): Promise<void> => {
      await api.window({ run: runId ?? '', transport, at: 'begin' });
    },
    [api, runId],
  );

  async function stop({ id, lanes }: PageRun): Promise<void> {
    setPhase('stopping');
    const endMs = performance.now() + DRAIN_MS;
    const isAwaited = ({ record }: PageLane): boolean => record.underWay > record.lost(performance.now());
    while (performance.now() < endMs && lanes.some(isAwaited)) await wait(DRAIN_STEP_MS);
    try {
      setEndedMs(performance.now());
      const measured = lanes.filter(({ record }) => record.due > 0);
      await Promise.all(measured.map(({ name }) => api.window({ run: id, transport: name, at: 'end' })));
      setPhase('done');
      await wait(GOODBYE_MS);
      await api.stop(id);
    } catch (error) {
      failed(error);
      setPhase('done');
    }
  }

  async function keep({ id, lanes }: PageRun): Promise<void> {
    try {
      const answer = await api.keep({
        run: id,
        browser: browserName(navigator.userAgent),
        clockResolutionSeconds: clockResolution(() => performance.now()),
        lanes: lanes.flatMap(({ record }) => record.result() ?? []),
      });
      setKept([...kept, { ...answer, report: api.withToken(answer.report) }]);
    } catch (error) {
      failed(error);
    }
  }

  function cut(order: CutOrder): void {
    if (isOwnClock) beginCut(order.seconds);
    api.cut(order).catch(failed);
  }
  const isOn = phase === 'running' || phase === 'stopping';
  return (
    <>
      <header className="page-header">
        <div className="page-header-line">
          <p className="brand">Wirebench lab</p>
          <p className={`pill lab-pill-${isOn ? 'open' : 'idle'}`} role="status">
            {PHASES[phase]}
          </p>
          {isConnected ? null : <p className="pill pill-invalid">the lab does not answer: was it stopped?</p>}
        </div>
      </header>
      <main>
        <h1 className="lab-lead">Transports side by side: one session each, every message answered</h1>
        <div className="lab-top">
          <Controls settings={settings} disabled={isOn || phase === 'starting'} start={(order) => void start(order)} />
          <div className="lab-side">
            <PathControls
              inForce={settings.inForce}
              cut={cut}
              current={cuts.find(({ untilMs }) => untilMs === undefined)}
            />
            <div className="lab-bar">
              <button
                type="button"
                disabled={phase !== 'running' || run === undefined}
                onClick={() => run && void stop(run)}
              >
                Stop
              </button>
              <button
                type="button"
                disabled={phase !== 'done' || run === undefined}
                onClick={() => run && void keep(run)}
              >
                Keep as results
              </button>
              <span className="quiet">{phase === 'running' ? 'Stop the run to keep it.' : ''}</span>
            </div>
            <p className="lab-error" role="alert">
              {problem}
            </p>
            <Kept runs={kept} />
          </div>
        </div>
        {run === undefined ? null : (
          <Lanes
            settings={settings}
            run={run}
            pacer={pacer}
            begin={begin}
            traffic={traffic}
            cuts={cuts}
            sending={phase === 'running'}
            connected={isOn}
            endedMs={endedMs}
          />
        )}
        <Frames frames={frames} transports={run?.lanes.map(({ name }) => name) ?? []} />
      </main>
    </>
  );
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const PHASES: Readonly<Record<Phase, string>> = {
  ready: 'ready',
  starting: 'starting servers',
  running: 'running',
  stopping: 'waiting for the last answers',
  done: 'stopped',
};

interface LanesProps {
  readonly settings: LabSettings;
  readonly run: PageRun;
  readonly pacer: Pacer;
  readonly begin: (transport: string) => Promise<void>;
  readonly traffic: Readonly<Record<string, Traffic>>;
  readonly cuts: readonly SeenCut[];
  readonly sending: boolean;
  readonly connected: boolean;
  /** Time at which the run ended. */
  readonly endedMs: number;
}

/** All lanes of a run, on a common scale. */
function Lanes({ settings, run, traffic, endedMs, ...common }: LanesProps) {
  const tickMs = useTick();
  const nowMs = common.connected ? tickMs : endedMs;
  const scale = scaleOf(
    run.lanes.map(({ record }) => record.points),
    nowMs,
  );
  return (
    <section className="block" aria-labelledby="lanes">
      <h2 id="lanes">Round trips as they happen</h2>
      <p className="lead quiet">
        A dot is a message, at the time at which it was due. All charts have one scale, which is logarithmic. Below the
        dots stands whether there is a session; a shaded time is a cut.
      </p>
      <div className="lab-lanes">
        {run.lanes.map((lane, at) => {
          const transport = settings.transports.find(({ name }) => name === lane.name);
          return transport === undefined ? null : (
            <LaneCard
              key={`${run.id} ${lane.name}`}
              {...common}
              lane={lane}
              transport={transport}
              phase={at / run.lanes.length}
              traffic={traffic[lane.name]}
              scale={scale}
              nowMs={nowMs}
            />
          );
        })}
      </div>
    </section>
  );
}

/** News from the server: bytes, frames and cuts. */
function useLabEvents(api: LabApi, isOwnClock: boolean) {
  const [traffic, setTraffic] = useState<Readonly<Record<string, Traffic>>>({});
  const [frames, setFrames] = useState<readonly ShownFrame[]>([]);
  const [cuts, setCuts] = useState<readonly Cut[]>([]);
  const [isConnected, setConnected] = useState(true);
  useEffect(() => {
    const take = (event: LabEvent): void => {
      const nowMs = performance.now();
      if (event.type === 'traffic') {
        setTraffic(event.lanes);
        if (event.frames.length > 0) setFrames((before) => [...before, ...event.frames].slice(-KEPT_FRAMES));
        return;
      }
      if (isOwnClock) return;
      setCuts((before) => (event.type === 'back' ? ended(before, nowMs) : begun(before, nowMs, event.seconds)));
    };
    return api.listen(take, setConnected);
  }, [api, isOwnClock]);
  const beginCut = useCallback((seconds: number): void => {
    const nowMs = performance.now();
    setCuts((before) => begun(before, nowMs, seconds));
    setTimeout(() => setCuts((before) => ended(before, performance.now(), nowMs)), seconds * 1e3);
  }, []);
  return { traffic, frames, cuts, isConnected, beginCut };
}

/** Ends the cuts that last, or the one that began at a time. */
const ended = (cuts: readonly Cut[], nowMs: number, fromMs?: number): Cut[] =>
  cuts.map((one) => (fromMs === undefined || one.fromMs === fromMs ? { ...one, untilMs: one.untilMs ?? nowMs } : one));

/** Adds a cut, which replaces one that lasts. */
const begun = (cuts: readonly Cut[], nowMs: number, seconds: number): Cut[] => [
  ...ended(cuts, nowMs),
  { fromMs: nowMs, untilMs: undefined, dueMs: nowMs + seconds * 1e3 },
];
