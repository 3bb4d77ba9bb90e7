import { Fragment } from 'react';
import { judgingOf, KIND_IDS, reportOf, shapeOf } from '../../kinds/lookup.ts';
import { integer, tolerance } from '../../model/format.ts';
import type { Analysis } from '../../model/model.ts';
import { VerdictWord } from '../parts/parts.tsx';

/** The words and numbers of the page, and what not to conclude from them. */
export function Reading({ analysis }: { analysis: Analysis }) {
  const { options } = analysis;
  const band = tolerance(options.timeBand);
  return (
    <section id="reading" className="within">
      <h3>How to read this</h3>
      <div className="columns">
        <div>
          <h4>Verdicts</h4>
          <dl>
            <dt>
              <VerdictWord word="better" />, <VerdictWord word="worse" />
            </dt>
            <dd>
              The interval of the ratio lies wholly beyond {band} ({tolerance(options.byteBand)} for bytes).
            </dd>
            <dt>
              <VerdictWord word="equivalent" />
            </dt>
            <dd>The interval lies wholly inside that band: evidence that any difference is too small to matter.</dd>
            <dt>
              <VerdictWord word="not separated" />
            </dt>
            <dd>The interval crosses the band’s edge. No evidence either way; more trials may separate the two.</dd>
            <dt>
              <VerdictWord word="not testable" />
            </dt>
            <dd>
              Fewer than 6 valid trials on a side, a validity rule broken, a value of zero, or a lower bound behind
              which anything may lie. No claim.
            </dd>
            <dt>
              <VerdictWord word="not supported" />
            </dt>
            <dd>The transport cannot do this. Never a zero, never a rank.</dd>
            <dt>
              <VerdictWord word="unavailable" />
            </dt>
            <dd>The machine that measured could not load it; that says nothing about the transport.</dd>
          </dl>
          <p>
            One trial is one observation: a fresh server process, all cases interleaved in shuffled blocks. The interval
            is that of the ratio of medians over trials, paired by block: the 95 % percentile bootstrap (
            {integer(options.resamples)} resamples, seed {options.seed}), widened to a Student t interval of the paired
            log ratios wherever that reaches further, because so few trials vary less than the next ones may. The t
            interval is at 98 %, or at the level that leaves all comparisons of a column at 95 % together (Bonferroni).
            Of two equal cases about one comparison in a hundred then comes out better or worse, on a machine whose
            trials scatter by 30 %; on a calmer one, fewer. A tier holds its first and all that are not shown to be
            worse than it.
          </p>
        </div>
        <div>
          <h4>Numbers</h4>
          <dl>
            <dt>p50, p99</dt>
            <dd>
              Response latency: from when a message was due, not when it left, to its arrival. A stall is seen by every
              message it delays. A percentile is shown only where at least 10 samples lie beyond it.
            </dd>
            <dt>Bytes per message</dt>
            <dd>
              All bytes of the measured window, both ways, per delivered message; connection set-up is kept apart.
            </dd>
            <dt>Server CPU per message</dt>
            <dd>User and system time of the server process, per delivered message.</dd>
            <dt>Server memory</dt>
            <dd>Resident set of the server process at the end of the window, the runtime’s own share included.</dd>
            <dt>Connect</dt>
            <dd>Median time from dialling to a usable, subscribed session.</dd>
            <dt>Service latency, last</dt>
            <dd>
              In the table of every trial: from the actual sending to the arrival; and, in a broadcast, until the last
              subscriber had the message.
            </dd>
            <dt>Send lag</dt>
            <dd>How late the load generator sent: the instrument’s own error.</dd>
            {definitionsFor(analysis).map(([term, meaning]) => (
              <Fragment key={term}>
                <dt>{term}</dt>
                <dd>{meaning}</dd>
              </Fragment>
            ))}
          </dl>
        </div>
        <div>
          <h4>What not to conclude</h4>
          <ul>
            <li>
              Loopback is not the internet: with real delay and loss, differences of microseconds vanish and others
              appear.
            </li>
            <li>An implementation is not its protocol: another library or language may order these otherwise.</li>
            <li>One load is not capacity: who is fastest here may not be the one that holds out longest.</li>
            <li>“Not separated” is not “equal”, and “equivalent” holds for this load and this machine.</li>
            <li>
              The frontier of latency against bytes is drawn by medians: two that lie close together may not be told
              apart.
            </li>
            <li>
              Bytes of one message size say nothing of another: framing is a fixed price, and small messages pay most of
              it.
            </li>
            <li>A tier is about the one metric it names. Weigh the other columns by what you need.</li>
          </ul>
        </div>
      </div>
    </section>
  );
}

/** Of what this run measured besides messages on a timetable. */
function definitionsFor({ groups, wire, micro }: Analysis): readonly (readonly [string, string])[] {
  const besideTheory = wire.length === 0 ? [] : KIND_IDS.filter((kind) => judgingOf(shapeOf({ kind })) === null);
  const measured = new Set([...groups.map(({ question }) => question.kind), ...besideTheory]);
  return [
    ...KIND_IDS.flatMap((kind) => (measured.has(kind) ? reportOf({ kind }).definitions : [])),
    ...(micro.length > 0 ? MICRO : []),
  ];
}

const MICRO = [['Protocol work', 'Encoding and decoding alone, in a tight loop: no sockets, no kernel.']] as const;
