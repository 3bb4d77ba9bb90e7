import { memo, useState } from 'react';
import type { ShownFrame } from '../../bench/lab/protocol.ts';
import { asHex, asText, countText, fromBase64 } from './format.ts';

const FORMS = { text: asText, hex: asHex } as const;
type Form = keyof typeof FORMS;

/** Frames that are shown. */
export const SHOWN_FRAMES = 40;

/** Frames as they pass at the proxy, the newest first. */
export function Frames({ frames, transports }: { frames: readonly ShownFrame[]; transports: readonly string[] }) {
  const [form, setForm] = useState<Form>('text');
  const [only, setOnly] = useState('');
  const [held, setHeld] = useState<readonly ShownFrame[] | null>(null);
  const shown = (held ?? frames).filter(({ transport }) => only === '' || transport === only).slice(-SHOWN_FRAMES);
  return (
    <section className="block" aria-labelledby="frames">
      <h2 id="frames">Frames as they pass</h2>
      <div className="lab-bar">
        <label>
          of{' '}
          <select value={only} onChange={({ target }) => setOnly(target.value)}>
            <option value="">all</option>
            {transports.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          as{' '}
          <select value={form} onChange={({ target }) => setForm(target.value === 'hex' ? 'hex' : 'text')}>
            <option value="text">text</option>
            <option value="hex">hexadecimal</option>
          </select>
        </label>
        <button type="button" aria-pressed={held !== null} onClick={() => setHeld(held === null ? frames : null)}>
          {held === null ? 'Hold' : 'Go on'}
        </button>
        <span className="quiet">
          The newest {SHOWN_FRAMES}, as they arrive at the proxy: WebSocket without its mask, WebRTC and QUIC encrypted.
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="scroll lab-frames" aria-label="Frames" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">time</th>
              <th scope="col">transport</th>
              <th scope="col">way</th>
              <th scope="col">frame</th>
              <th scope="col" className="number">
                bytes
              </th>
              <th scope="col">content</th>
            </tr>
          </thead>
          <tbody>
            {shown.toReversed().map((frame) => (
              <Row key={frame.number} frame={frame} form={form} />
            ))}
          </tbody>
        </table>
        {shown.length === 0 ? <p className="empty">Nothing has passed yet.</p> : null}
      </section>
    </section>
  );
}

const Row = memo(function Row({ frame, form }: { frame: ShownFrame; form: Form }) {
  const { seconds, transport, way, kind, bytes, content } = frame;
  return (
    <tr>
      <td className="number">{seconds.toFixed(3)} s</td>
      <td>{transport}</td>
      <td>
        <span aria-hidden="true">{way === 'up' ? '↑' : '↓'}</span> {way}
      </td>
      <td>{kind}</td>
      <td className="number">{countText(bytes)}</td>
      <td className="lab-content">{FORMS[form](fromBase64(content))}</td>
    </tr>
  );
});
