import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { resultsJsonSchema } from '../bench/results/json-schema.ts';

/**
 * Writes the JSON Schemas of every document that Wirebench hands on into docs/schema. Run it with `npm run docs`; a test fails where
 * one is stale. Names of kinds, metrics, needs and the like are texts here: a later version may have more of them.
 */
const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
const interval = z.object({ low: z.number(), high: z.number() });
const trials = z.object({
  planned: count,
  valid: count,
  suspect: count,
  invalid: count,
  failed: count,
  missing: count,
  reruns: count.optional(),
});

/** A median of one run; null with the reason where there is none. */
const side = z.union([
  z.object({ median: z.number(), trials: count, lowerBounds: count }),
  z.object({ median: z.null(), reason: z.string() }),
]);
const rowKey = { case: z.string(), metric: z.string() };
const mismatch = z.object({ what: z.string(), base: z.string(), new: z.string() });
const comparedRun = z.object({
  id: z.string(),
  startedAt: z.string(),
  state: z.string(),
  command: z.string(),
  status: z.string(),
  trials,
});
const loneCase = z.object({ caseId: z.string(), name: z.string(), question: z.string(), reason: z.string() });

const verdict = z.object({
  word: z.string(),
  ratio: z.number().optional(),
  interval: interval.optional(),
  bound: z.enum(['≤', '≥']).optional(),
  reason: z.string().optional(),
});

/** Document of `compare --json`. Ratios are the new run over the base. */
export const comparisonSchema = z.object({
  schema: z.literal('wirebench-comparison/1'),
  headline: z.string(),
  base: comparedRun,
  new: comparedRun,
  options: z.object({
    timeBand: z.number(),
    byteBand: z.number(),
    bands: z.record(z.string(), z.number()),
    objective: z.object({ percentile: z.number(), seconds: z.number() }).nullable(),
    resamples: count,
    seed: z.int(),
  }),
  barrier: z.string().nullable(),
  counts: z.record(z.string(), count),
  crossEnvironment: z.boolean(),
  differences: z.array(mismatch.extend({ of: z.string() })),
  regressions: z.array(z.object(rowKey)),
  inconclusive: z.array(z.string()),
  invalid: z.array(z.string()),
  comparisons: z.array(
    z.object({
      ...rowKey,
      name: z.string(),
      scenario: z.string(),
      kind: z.string(),
      floor: z.boolean(),
      band: z.number(),
      absoluteBand: z.number(),
      base: side,
      new: side,
      ratio: z.number().nullable(),
      /** Statistical verdict, whatever `--band` says. */
      verdict,
      /** Verdict that counts: with the absolute band, if one was given for the figure. */
      practical: verdict,
      magnitude: z.string().nullable(),
      worseBy: z.number().nullable(),
      expert: z
        .object({
          cliffsDelta: z.number(),
          p: share,
          pHolm: share,
          interval: z.object({ level: z.number(), trimmed: z.boolean() }),
        })
        .nullable(),
    }),
  ),
  raw: z.array(
    z.object({
      name: z.string(),
      scenario: z.string(),
      base: z.string(),
      new: z.string(),
      because: z.array(mismatch),
      figures: z.array(z.object({ metric: z.string(), base: side, new: side })),
    }),
  ),
  onlyInBase: z.array(loneCase),
  onlyInNew: z.array(loneCase),
  warnings: z.array(z.object({ text: z.string(), action: z.string() })),
});

const source = z.object({ clause: z.string(), url: z.string() });
const shares = z.array(z.object({ name: z.string(), share }));

/** Document of `choose --json`, and of the advisor in a report. */
export const adviceSchema = z.object({
  schema: z.literal('wirebench-advice/1'),
  run: z.object({ id: z.string(), startedAt: z.string(), status: z.string(), machine: z.string() }),
  answers: z.object({
    preset: z.string().nullable(),
    needs: z.array(z.string()),
    load: z.object({
      scenario: z.string().nullable(),
      preferred: z.string().nullable(),
      clients: z.number().nullable(),
      rate: z.number().nullable(),
      size: z.number().nullable(),
    }),
    objective: z.object({ percentile: z.number(), seconds: z.number() }).nullable(),
    weights: z.record(z.string(), z.number()),
    judged: z.array(z.object({ transport: z.string(), criterion: z.string(), level: z.number() })),
    judgement: z.boolean(),
  }),
  outcome: z.string(),
  heading: z.string(),
  recommended: z.array(z.string()),
  close: z.object({ names: z.array(z.string()), band: z.number() }),
  tieBreaker: z.string().nullable(),
  load: z.object({ text: z.string(), group: z.string().nullable() }),
  field: z.object({
    network: z.string().nullable(),
    fault: z.string().nullable(),
    text: z.string().nullable(),
    lacks: z.array(z.object({ what: z.string(), command: z.string() })),
  }),
  notCovered: z.string().nullable(),
  criteria: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      tag: z.string(),
      weight: share,
      metric: z.string().nullable(),
      group: z.string().nullable(),
      /** Difference that nobody could notice, in seconds, bytes or counts. */
      absoluteBand: z.number(),
      dropped: z.string().nullable(),
    }),
  ),
  options: z.array(
    z.object({
      name: z.string(),
      transport: z.string(),
      title: z.string(),
      rating: z.string().nullable(),
      because: z.string(),
      fit: z.number().nullable(),
      needs: z.array(
        z.object({
          need: z.string(),
          value: z.string(),
          note: z.string(),
          source,
          tag: z.string(),
          /** Variant that would do, where the value is `yes, in a form not measured here` and that form has a name. */
          form: z.string().optional(),
        }),
      ),
      reasons: z.array(
        z.object({
          speaks: z.enum(['for', 'against', 'neither']),
          text: z.string(),
          tag: z.string(),
          source: source.nullable(),
          metric: z.string().nullable(),
          group: z.string().nullable(),
          /** Words of the verdict without and with what nobody could notice. */
          verdict: z.object({ statistical: z.string(), practical: z.string() }).nullable(),
        }),
      ),
      cells: z.array(
        z.object({
          criterion: z.string(),
          tag: z.string(),
          figure: z.string(),
          level: z.number().nullable(),
          ratio: z.number().nullable(),
          reference: z.enum(['best', 'objective']),
        }),
      ),
    }),
  ),
  unjudged: z.array(z.object({ name: z.string(), reason: z.string() })),
  unmeasured: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      conditions: z.array(z.string()),
      /** False if the servers and clients here lack the form that meets the needs. Absent in older documents. */
      measurable: z.boolean().optional(),
    }),
  ),
  measure: z.string().nullable(),
  robustness: z.object({ draws: count, measurement: shares, preference: shares, both: shares }).nullable(),
  sensitivity: z.object({
    weight: z
      .object({
        criterion: z.string(),
        from: z.number(),
        to: z.number(),
        winner: z.string(),
        /** Remark that several messages share its cost, with the rate. Absent in older documents. */
        batching: z.string().optional(),
      })
      .nullable(),
    next: z.string().nullable(),
    needs: z.array(
      z.object({
        need: z.string(),
        asked: z.boolean(),
        instead: z.string().nullable(),
        winner: z.string().nullable(),
        conditional: z.boolean(),
        scenario: z.string().nullable(),
        fates: count,
        options: count,
      }),
    ),
    measuredAlone: z.string().nullable(),
  }),
  warnings: z.array(z.string()),
});

/** One line of `--ndjson`: every line has these fields, and those of its event besides. */
export const eventSchema = z.looseObject({
  schema: z.literal('wirebench-events/1'),
  /** `plan`, `run-started`, `waiting`, `trial-started`, `trial-ended`, `run-ended`, `threshold`, `answer`, `warning`, `ended`. */
  event: z.string(),
  time: z.string(),
});

interface Published {
  readonly file: string;
  readonly text: () => string;
}

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

const published = (name: string, title: string, schema: () => object): Published => ({
  file: `docs/schema/${name}.json`,
  text: () => {
    const head = { $schema: DIALECT, $id: `urn:wirebench:schema:${name}`, title };
    return `${JSON.stringify({ ...head, ...schema() }, null, 2)}\n`;
  },
});

export const schemas: readonly Published[] = [
  published('wirebench-1', 'Results of a run', resultsJsonSchema),
  published('wirebench-comparison-1', 'Comparison of two runs', () =>
    z.toJSONSchema(comparisonSchema, { io: 'input' }),
  ),
  published('wirebench-advice-1', 'Advice on which transport to use', () =>
    z.toJSONSchema(adviceSchema, { io: 'input' }),
  ),
  published('wirebench-events-1', 'One line of the events of a run', () =>
    z.toJSONSchema(eventSchema, { io: 'input' }),
  ),
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { file, text } of schemas) writeFileSync(new URL(`../${file}`, import.meta.url), text());
}
