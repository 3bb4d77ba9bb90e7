import { Fragment } from 'react';
import { judgingOf, KIND_IDS, reportOf, shapeOf } from '../../kinds/lookup.ts';
import { integer, tolerance } from '../../model/format.ts';
import type { Analysis } from '../../model/model.ts';
import { VerdictWord } from '../parts/parts.tsx';

/** Definitions of words and numbers of the page, and what not to conclude from them. */
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
              The confidence interval of the ratio lies wholly beyond {band} ({tolerance(options.byteBand)} for bytes).
            </dd>
            <dt>
              <VerdictWord word="equivalent" />
            </dt>
            <dd>The interval lies wholly inside that band: evidence that any difference is too small to matter.</dd>
            <dt>
              <VerdictWord word="no practical difference" />
            </dt>
            <dd>
              The interval lies wholly below a difference that the use could notice: a tenth of the objective’s time and
              at least 5 ms, or the amount named below each table, unless --band gave another. Tables, tiers and
              sentences go by it; the statistical verdict is in the expert columns.
            </dd>
            <dt>
              <VerdictWord word="not separated" />
            </dt>
            <dd>
              The interval crosses an edge of the band. There is no evidence either way; more trials may separate the
              two.
            </dd>
            <dt>
              <VerdictWord word="not testable" />
            </dt>
            <dd>
              No claim can be made: a side has fewer than 6 valid trials, a validity rule was broken, a value is zero,
              or a figure is only a lower bound.
            </dd>
            <dt>
              <VerdictWord word="not supported" />
            </dt>
            <dd>The transport cannot do this. It is never counted as zero and never ranked.</dd>
            <dt>
              <VerdictWord word="unavailable" />
            </dt>
            <dd>
              The machine that measured could not load the transport, which says nothing about the transport itself.
            </dd>
          </dl>
          <p>
            One trial is one observation, with a fresh server process; all cases are interleaved in shuffled blocks. The
            interval is that of the ratio of medians over trials, paired by block. It is the 95 % percentile bootstrap (
            {integer(options.resamples)} resamples, seed {options.seed}), widened to a Student t interval of the paired
            log ratios where that reaches further, because a few trials may scatter less than the next ones. The t
            interval is at 98 %, or at the level that keeps all comparisons of a column at 95 % together (Bonferroni).
            On a machine whose trials scatter by 30 %, about one comparison in a hundred of two equal cases then comes
            out better or worse, and fewer on a calmer one. A tier holds its first choice and all that are not shown to
            be worse than that one by what could be noticed.
          </p>
        </div>
        <div>
          <h4>Numbers</h4>
          <dl>
            <dt>p50, p99</dt>
            <dd>
              Response latency: the time from when a message was due, not from when it was sent, to its arrival. A stall
              therefore counts for every message that it delays. A percentile is shown only where at least 10 samples
              lie beyond it.
            </dd>
            <dt>Bytes per message</dt>
            <dd>
              All bytes of the measured window, both ways, per delivered message; connection set-up is counted
              separately.
            </dd>
            <dt>Server CPU per message</dt>
            <dd>User and system time of the server process, per delivered message.</dd>
            <dt>Server memory</dt>
            <dd>Resident set of the server process at the end of the window, the runtime’s own share included.</dd>
            <dt>Connect</dt>
            <dd>Median time from dialling to a usable, subscribed session.</dd>
            <dt>Service latency, last</dt>
            <dd>
              Both are in the table of every trial. Service latency: the time from the actual sending to the arrival.
              Last: the time until the last subscriber of a broadcast had the message.
            </dd>
            <dt>Send lag</dt>
            <dd>Time by which the load generator sent late: the instrument’s own error.</dd>
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
            <li>An implementation is not its protocol: another library or language may rank these differently.</li>
            <li>One load is not capacity: the fastest choice here may not be the one that carries the most.</li>
            <li>“Not separated” is not “equal”, and “equivalent” holds for this load and this machine.</li>
            <li>
              The frontier of latency against bytes is drawn from medians: two choices that lie close together may not
              be shown to differ.
            </li>
            <li>
              Bytes at one message size say nothing about another: framing costs about the same for every message, so it
              weighs most on small ones.
            </li>
            <li>A tier is about the one metric it names. Weigh the other columns by what you need.</li>
          </ul>
        </div>
      </div>
    </section>
  );
}

/** Definitions of what this run measured besides the figures of every run. */
function definitionsFor({ groups, wire, micro }: Analysis): readonly (readonly [string, string])[] {
  const besideTheory = wire.length === 0 ? [] : KIND_IDS.filter((kind) => judgingOf(shapeOf({ kind })) === null);
  const measured = new Set([...groups.map(({ question }) => question.kind), ...besideTheory]);
  return [
    ...KIND_IDS.flatMap((kind) => (measured.has(kind) ? reportOf({ kind }).definitions : [])),
    ...(groups.some(({ rows }) => rows.some(({ overload }) => overload !== null)) ? OVERLOAD : []),
    ...(micro.length > 0 ? MICRO : []),
  ];
}

const OVERLOAD = [
  [
    'Overloaded',
    'Messages came faster than the transport delivered them, and some were still queued when the wait for them ended. None was ' +
      'lost. How late they were is not known, only that it was at least until then; ≥ marks latencies that follow from that.',
  ],
] as const;

const MICRO = [['Protocol work', 'Encoding and decoding alone, in a tight loop: no sockets, no kernel.']] as const;
