import { wireTakeaway } from '../../analysis/figures/wire.ts';
import { hundredths, integer, signed, signedShare } from '../../model/format.ts';
import type { Beside, WireRow, WireWay } from '../../model/model.ts';
import { Name, Scroll } from '../parts/parts.tsx';

const WAYS = ['up', 'down'] as const;

/** Section with the bytes of a message by formula beside those counted, which checks the harness against the specifications. */
export function WireSection({ rows }: { rows: readonly WireRow[] }) {
  if (rows.length === 0) return null;
  const linked = rows.some(({ up, down }) => up?.link != null || down?.link != null);
  const sources = rows.flatMap(({ caseId, name, size, source }) =>
    source === null ? [] : [{ caseId, name, size, source }],
  );
  return (
    <section id="wire" className="block">
      <h2>Wire: theory beside measurement</h2>
      <p className="lead">{wireTakeaway(rows)}</p>
      <Scroll label="Bytes per message: theory, measured, difference">
        <table className="wire">
          <thead>
            <tr>
              <td colSpan={3} />
              <th scope="colgroup" colSpan={3} className="number">
                At the sockets, B/msg
              </th>
              {linked ? (
                <>
                  <th scope="colgroup" colSpan={3} className="number">
                    On the link, B/msg
                  </th>
                  <th scope="colgroup" colSpan={2} className="number">
                    Packets/msg
                  </th>
                </>
              ) : null}
            </tr>
            <tr>
              <th scope="col">Transport</th>
              <th scope="col" className="number">
                Size B
              </th>
              <th scope="col">Way</th>
              <SideHeaders />
              {linked ? (
                <>
                  <SideHeaders />
                  <th scope="col" className="number">
                    For data
                  </th>
                  <th scope="col" className="number">
                    More
                  </th>
                </>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {rows.flatMap((row) =>
              WAYS.map((way) => <Way key={`${row.caseId} ${way}`} row={row} way={way} linked={linked} />),
            )}
          </tbody>
        </table>
      </Scroll>
      <div className="note">
        <p>
          Bytes per message; messages are exchanged one at a time, with nothing else under way. Theory at the sockets:
          the bytes that the specifications ask for. {linked ? LINK_NOTE : SOCKET_NOTE}
        </p>
        {sources.length === 0 ? null : (
          <details>
            <summary>Sources of the formulas</summary>
            <dl className="sources">
              {sources.map(({ caseId, name, size, source }) => (
                <div key={caseId}>
                  <dt>
                    <Name>{name}</Name>, {integer(size)} B
                  </dt>
                  <dd>{source}</dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </div>
    </section>
  );
}

const LINK_NOTE =
  'Theory on the link: these, and the Ethernet, IP and TCP or UDP headers of every packet that was counted. “For data”: packets that ' +
  'the data alone fill. “More”: packets beyond these, for acknowledgements that travelled alone and writes that were split.';
const SOCKET_NOTE = 'TCP/IP headers are not counted, since no private link carried these bytes.';

const SideHeaders = () => (
  <>
    <th scope="col" className="number">
      Theory
    </th>
    <th scope="col" className="number">
      Measured
    </th>
    <th scope="col" className="number">
      Δ
    </th>
  </>
);

function Way({ row, way, linked }: { row: WireRow; way: (typeof WAYS)[number]; linked: boolean }) {
  const counted = row[way];
  return (
    <tr className={way === 'down' ? 'way-down' : undefined}>
      {way === 'up' ? (
        <>
          <th scope="rowgroup" rowSpan={2}>
            <Name>{row.name}</Name>
            <small>
              {row.floor ? 'floor: ' : ''}
              <Name>{row.title}</Name>
            </small>
          </th>
          <td rowSpan={2} className="number">
            {integer(row.size)}
            {row.particulars === '' ? null : <small> {row.particulars}</small>}
          </td>
        </>
      ) : null}
      <td>{way}</td>
      {counted === null ? (
        <td colSpan={linked ? 8 : 3} className="absent">
          not shown: {row.reason}
        </td>
      ) : (
        <Counts way={counted} linked={linked} />
      )}
    </tr>
  );
}

function Counts({ way: { socket, link }, linked }: { way: WireWay; linked: boolean }) {
  return (
    <>
      {socket === null ? (
        <td colSpan={3} className="absent">
          not counted: datagrams
        </td>
      ) : (
        <Side side={socket} />
      )}
      {linked ? (
        link === null ? (
          <td colSpan={5} className="absent">
            no private link
          </td>
        ) : (
          <>
            <Side side={link} />
            <td className="number">{link.packets.forData === null ? '—' : hundredths(link.packets.forData)}</td>
            <td className="number">{link.packets.more === null ? '—' : signed(link.packets.more)}</td>
          </>
        )
      ) : null}
    </>
  );
}

function Side({ side: { theory, measured, difference, share } }: { side: Beside }) {
  const off = difference !== null && signed(difference) !== '0';
  return (
    <>
      <td className="number">{theory === null ? <span className="absent">no formula</span> : hundredths(theory)}</td>
      <td className="number">{hundredths(measured)}</td>
      <td className={off ? 'number off' : 'number'}>
        {difference === null ? '—' : signed(difference)}
        {off && share !== null ? <small> ({signedShare(share)})</small> : null}
      </td>
    </>
  );
}
