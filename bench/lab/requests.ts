import { z } from 'zod';
import { MIN_SIZE } from '../codec/header.ts';
import type { CutOrder, KeepOrder, RunOrder, WindowOrder } from './protocol.ts';

/** Limits of a run in the lab: a page is a person's, not a load generator. */
export const MAX_SIZE = 65_536;
export const MAX_RATE = 200;
export const MAX_LANES = 12;
const MAX_CUT_SECONDS = 120;
/** Distinct values of a tally: three digits over nine powers of ten. */
const MAX_VALUES = 10_000;
const HOUR_NS = 3.6e12;
const MAX_ERRORS = 21;

const count = z.int().nonnegative();
const tally = z.array(z.tuple([z.int().nonnegative().max(HOUR_NS), z.int().positive()])).max(MAX_VALUES);

const run = z.object({
  transports: z.array(z.string()).min(1, 'choose a transport').max(MAX_LANES),
  size: z.int().min(MIN_SIZE).max(MAX_SIZE),
  rate: z.number().min(0.1).max(MAX_RATE),
  network: z.string(),
});
const cut = z.object({ kind: z.enum(['silent', 'reset']), seconds: z.number().min(0.1).max(MAX_CUT_SECONDS) });
const window = z.object({ run: z.string(), transport: z.string(), at: z.enum(['begin', 'end']) });
const keep = z.object({
  run: z.string(),
  browser: z.string().max(300),
  clockResolutionSeconds: z.number().nonnegative().max(1),
  lanes: z
    .array(
      z.object({
        transport: z.string(),
        seconds: z.number().positive(),
        due: count,
        sent: count,
        unsent: count,
        onTime: count,
        delivered: count,
        duplicated: count,
        reordered: count,
        corrupt: count,
        errors: z
          .record(z.string().max(500), count)
          .refine((errors) => Object.keys(errors).length <= MAX_ERRORS, 'too many different errors'),
        response: tally,
        service: tally,
        lag: tally,
        connect: tally,
      }),
    )
    .min(1)
    .max(MAX_LANES),
});

/** Refusal of a request, with its status and the words for the page. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function read<Value>(schema: z.ZodType<Value>, body: unknown): Value {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  throw new Refused(400, problems.slice(0, 5).join('; '));
}

/** Readers of the page's requests. Each throws `Refused` with every problem. */
export const readRun = (body: unknown): RunOrder => read(run, body);
export const readCut = (body: unknown): CutOrder => read(cut, body);
export const readWindow = (body: unknown): WindowOrder => read(window, body);
export const readKeep = (body: unknown): KeepOrder => read(keep, body);
