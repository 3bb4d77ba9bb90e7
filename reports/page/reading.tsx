import { integer, tolerance } from '../analysis/format.ts';
import type { Analysis } from '../analysis/model.ts';
import { VerdictWord } from './parts.tsx';

/** The words and numbers of the page, and what not to conclude from them. */
export function Reading({ options }: Pick<Analysis, 'options'>) {
  const band = tolerance(options.timeBand);
  return (
    <section id="reading" className="block">
      <h2>How to read this</h2>
      <div className="columns">
        <div>
          <h3>Verdicts</h3>
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
            <dd>Fewer than 6 valid trials on a side, or a validity rule was broken. No claim.</dd>
            <dt>
              <VerdictWord word="not supported" />
            </dt>
            <dd>The transport cannot do this. Never a zero, never a rank.</dd>
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
          <h3>Numbers</h3>
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
          </dl>
        </div>
        <div>
          <h3>What not to conclude</h3>
          <ul>
            <li>
              Loopback is not the internet: with real delay and loss, differences of microseconds vanish and others
              appear.
            </li>
            <li>An implementation is not its protocol: another library or language may order these otherwise.</li>
            <li>One load is not capacity: who is fastest here may not be the one that holds out longest.</li>
            <li>“Not separated” is not “equal”, and “equivalent” holds for this load and this machine.</li>
            <li>A tier is about the one metric it names. Weigh the other columns by what you need.</li>
          </ul>
        </div>
      </div>
    </section>
  );
}
