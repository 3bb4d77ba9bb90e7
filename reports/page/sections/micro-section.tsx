import { integer, share, shownInUnit } from '../../model/format.ts';
import type { MicroView } from '../../model/model.ts';
import { Heads, Name, Scroll } from '../parts/parts.tsx';

const MICROSECONDS = { scale: 1e6 };
const HEADERS = ['Size B', 'Decode µs', 'Encode µs', 'Both µs', 'Server CPU µs/msg', 'Share'];

/** Section on the share of a server's cost that is the protocol's own work. */
export function MicroSection({ views }: { views: readonly MicroView[] }) {
  if (views.length === 0) return null;
  const questions = new Set(views.map(({ question }) => question));
  const [only] = questions;
  /** Question that all rows were measured in, to be named once; null if there are several. */
  const sole = questions.size === 1 && only != null ? only : null;
  return (
    <section id="micro" className="block">
      <h2>Protocol work alone</h2>
      <p className="lead">{takeaway(views)}</p>
      <Scroll label="The protocol’s own work beside the server’s CPU per message">
        <table className="micro">
          <thead>
            <tr>
              <th scope="col">Transport</th>
              <Heads of={HEADERS} className="number" />
              {sole === null ? <th scope="col">Measured in</th> : null}
              <th scope="col">Libraries</th>
            </tr>
          </thead>
          <tbody>
            {views.map((view) => (
              <tr key={`${view.transport} ${view.size} ${view.question}`}>
                <th scope="row">
                  <Name>{view.transport}</Name>
                </th>
                <td className="number">{integer(view.size)}</td>
                <td className="number">{shownInUnit(MICROSECONDS, view.decode)}</td>
                <td className="number">{shownInUnit(MICROSECONDS, view.encode)}</td>
                <td className="number">{shownInUnit(MICROSECONDS, view.protocol)}</td>
                <td className="number">{shownInUnit(MICROSECONDS, view.measured)}</td>
                <td className="number">{view.share === null ? '—' : share(view.share)}</td>
                {sole === null ? <td>{view.question ?? (view.measured.shown ? '' : view.measured.reason)}</td> : null}
                <td>{view.libraries.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p className="note">
        Decode and encode: time that the server’s libraries take for one message, in a tight loop in one process,
        without sockets or system calls. Server CPU: all CPU time of the server process per message, in an echo of
        messages of that size on a fixed schedule{sole === null ? '' : ` (${sole})`}. The rest of that time goes to the
        kernel’s network stack, the event loop, the remaining library code and Node.js. A tight loop is kinder to a
        processor’s caches than real traffic, so the shares are more likely too low than too high.
      </p>
    </section>
  );
}

function takeaway(views: readonly MicroView[]): string {
  const known = views
    .flatMap(({ transport, size, share: part }) => (part === null ? [] : [{ transport, size, part }]))
    .toSorted((a, b) => a.part - b.part);
  const [least] = known;
  const most = known.at(-1);
  if (least === undefined || most === undefined)
    return 'No echo with messages of these sizes was measured, so there is nothing to compare with.';
  const described = ({ transport, size, part }: (typeof known)[number]) =>
    `${share(part)} (${transport}, ${integer(size)} B)`;
  const range = least === most ? `is ${described(least)}` : `ranges from ${described(least)} to ${described(most)}`;
  return `The protocol’s own work ${range} of the server’s CPU time per message.`;
}
