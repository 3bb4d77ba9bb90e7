import { integer, share, shownInUnit } from '../../model/format.ts';
import type { MicroView } from '../../model/model.ts';
import { Heads, Name, Scroll } from '../parts/parts.tsx';

const MICROSECONDS = { scale: 1e6 };
const HEADERS = ['Size B', 'Decode µs', 'Encode µs', 'Both µs', 'Server CPU µs/msg', 'Share'];

/** How much of a server's cost is the protocol's own work, and how much is everything around it. */
export function MicroSection({ views }: { views: readonly MicroView[] }) {
  if (views.length === 0) return null;
  const questions = new Set(views.map(({ question }) => question));
  const [only] = questions;
  /** Said once, where it is the same of all. */
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
              <th scope="col">Done by</th>
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
        Decode and encode: what the server’s libraries do with one message, in a tight loop of one process, without any
        socket or system call. Server CPU: all the server process spent on a message of an echo of the same size, on a
        timetable{sole === null ? '' : `: ${sole}`}. What the share leaves is the kernel’s network stack, the event
        loop, the rest of the library and Node.js. A tight loop is kinder to a processor’s caches than real traffic, so
        shares are rather too low than too high.
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
  if (least === undefined || most === undefined) return 'No echo of the same sizes was measured to set it beside.';
  const said = ({ transport, size, part }: (typeof known)[number]) =>
    `${share(part)} (${transport}, ${integer(size)} B)`;
  const range = least === most ? `is ${said(least)}` : `runs from ${said(least)} to ${said(most)}`;
  return `The protocol’s own work ${range} of what a message costs the server in CPU.`;
}
