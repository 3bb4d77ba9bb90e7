import { type ReactNode, useState } from 'react';
import type { CutOrder, InForce } from '../../bench/lab/protocol.ts';
import type { SeenCut } from './chart.tsx';
import { useTick } from './ticker.ts';

const KINDS: Readonly<Record<CutOrder['kind'], string>> = {
  silent: 'nothing passes, and nobody is told',
  reset: 'connections are reset and refused',
};

const USUAL_SECONDS = 5;
const MAX_SECONDS = 120;

interface PathProps {
  readonly inForce: InForce;
  readonly cut: (order: CutOrder) => void;
  /** Cut that is in force, with the time at which it ends. */
  readonly current: (SeenCut & { readonly dueMs: number }) | undefined;
}

/** Controls of the path between the page and the servers, and who makes it. */
export function PathControls({ inForce, cut, current }: PathProps) {
  const [seconds, setSeconds] = useState(USUAL_SECONDS);
  const [kind, setKind] = useState<CutOrder['kind']>('silent');
  const nowMs = useTick();
  const left = current === undefined ? 0 : Math.max(0, Math.ceil((current.dueMs - nowMs) / 1e3));
  return (
    <form
      className="card lab-path"
      aria-label="Path"
      onSubmit={(event) => {
        event.preventDefault();
        cut({ kind, seconds });
      }}
    >
      <button type="submit" className="lab-danger">
        Cut the path
      </button>
      <label>
        for{' '}
        <input
          type="number"
          aria-label="Seconds of the cut"
          required
          min={1}
          max={MAX_SECONDS}
          value={seconds}
          onChange={({ target }) => setSeconds(target.valueAsNumber)}
        />{' '}
        s:
      </label>{' '}
      <select aria-label="Kind of cut" value={kind} onChange={({ target }) => setKind(kindOf(target.value))}>
        {Object.entries(KINDS).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      <p className={`pill lab-path-state ${current === undefined ? 'lab-pill-open' : 'lab-pill-closed'}`} role="status">
        {current === undefined ? 'the path is there' : `cut for ${left} s more`}
      </p>
      <p className="note lab-in-force">{IN_FORCE[inForce]}</p>
    </form>
  );
}

const kindOf = (text: string): CutOrder['kind'] => (text === 'reset' ? 'reset' : 'silent');

/** Sentences about who makes networks and cuts. */
const IN_FORCE: Readonly<Record<InForce, ReactNode>> = {
  proxy: (
    <>
      In force: a proxy on this machine. It makes delay, jitter, rate and cuts for TCP (WebSocket, HTTP). Losses and
      reordering it makes for datagrams only (WebRTC, WebTransport). <code>npm run lab -- --inside</code> makes the
      whole network for all.
    </>
  ),
  namespaces: (
    <>
      In force: the relay between network namespaces. It makes the whole network for every packet: delay, jitter, rate,
      queue, losses and cuts. This page and its orders take the same path.
    </>
  ),
};
