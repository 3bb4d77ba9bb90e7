import { judgementsOf } from '../advice/facts/index.ts';
import type { Source } from '../advice/facts/sources.ts';
import type { Advice, CellTag, Option } from '../advice/model.ts';
import { criterionOf } from '../advice/questions/criteria.ts';
import { needOf } from '../advice/questions/needs.ts';
import { PRESETS } from '../advice/questions/presets.ts';
import { answersText, certaintiesOf, changesOf, closeText } from '../advice/words.ts';
import { integer, printable, ratio, share, utcMinute } from '../model/format.ts';
import { escaped } from './text.ts';

/** A decision record that reads well without the run beside it: context, needs, weights, result, what would change it. */
export function decisionRecord(advice: Advice, { command }: { readonly command: string }): string {
  const { heading, run, answers, load, notCovered, tieBreaker, options, unjudged, unmeasured, sensitivity, warnings } =
    advice;
  const close = closeText(advice);
  const said = answersText(answers);
  const preset = PRESETS.find(({ id }) => id === answers.preset);
  const sure = certaintiesOf(advice);
  const recommends = advice.recommended.length > 0;
  return [
    `# Which real-time transport: ${text(heading)}`,
    '',
    `${recommends ? 'Decided on' : 'Asked, without an answer, of'} measurements of ${text(utcMinute(run.startedAt))} (run ${code(run.id)}, ${text(run.status)}), made by Wirebench, which runs equivalent servers for every transport and drives them with one load generator. The fit is one to these answers, not a property of a transport.`,
    '',
    '## Context',
    '',
    `- **Measured on:** ${text(run.machine)}`,
    ...(preset === undefined ? [] : [`- **Use:** ${text(preset.title)}`]),
    `- **Load:** ${text(load.text)}`,
    ...(said.objective === null ? [] : [`- **Objective:** ${text(said.objective)}`]),
    ...(notCovered === null ? [] : [`- **Not covered by the figures:** ${text(notCovered)}`]),
    '',
    '## Needs',
    '',
    ...(answers.needs.length === 0
      ? ['None was named: nothing is ruled out by what it can or cannot do.']
      : [
          'What a transport cannot do rules it out, whatever its figures.',
          '',
          ...answers.needs.map((id) => `- **${text(needOf(id).name)}**: ${text(needOf(id).question)} Yes.`),
        ]),
    '',
    '## Weights',
    '',
    `As given: ${text(said.weights)}.`,
    ...weightRows(advice),
    ...ownLevels(advice),
    '',
    '## Result',
    '',
    `**${text(heading)}**`,
    ...(tieBreaker === null ? [] : ['', `What would settle it: ${text(tieBreaker)}`]),
    ...(close === null ? [] : ['', text(close)]),
    '',
    ...optionRows(options),
    ...figureRows(advice),
    ...options.filter(({ reasons }) => reasons.length > 0).flatMap(optionReasons),
    ...ruledOut(options),
    ...named(
      'Not judged',
      unjudged.map(({ name, reason }) => `${code(name)}: ${text(reason)}`),
    ),
    ...named(
      'Not measured here, but meeting the needs by the facts alone',
      unmeasured.map(
        ({ name, title, conditions }) =>
          `${code(name)} (${text(title)})${conditions.length === 0 ? '' : `, only if ${text(conditions.join('; '))}`}`,
      ),
      advice.measure === null ? null : `To measure them beside the others: ${code(advice.measure)}`,
    ),
    ...(recommends
      ? [
          '',
          '## How sure',
          '',
          `- **Measurement:** ${text(sure.measurement)}`,
          `- **Preference:** ${text(sure.preference)}`,
          ...bothLine(advice),
        ]
      : []),
    ...(recommends || sensitivity.needs.length > 0
      ? ['', '## What would change it', '', ...changesOf(advice).map((line) => `- ${text(line)}`)]
      : []),
    ...named('Warnings', warnings.map(text)),
    '',
    '## How to repeat it',
    '',
    '```',
    fenced(command),
    '```',
    '',
  ].join('\n');
}

function weightRows({ criteria }: Advice): string[] {
  if (criteria.every(({ dropped }) => dropped !== null)) return ['', 'None of them counted: nothing was compared.'];
  return [
    '',
    '| what | counts for | from |',
    '| --- | ---: | --- |',
    ...criteria.map(({ name, weight, tag, dropped }) => {
      const counts = dropped === null ? share(weight) : '—';
      return `| ${text(name)} | ${counts} | ${dropped === null ? tag : text(dropped)} |`;
    }),
  ];
}

/** Where the reader's judgement stands in place of the authors', and what a level is. */
function ownLevels({ answers, criteria }: Advice): string[] {
  const judges = criteria.some(({ tag, dropped }) => tag === 'judgement' && dropped === null);
  const scale = judges
    ? ['', 'What is judged, not measured, has three levels, 1 the best; they count as a cost of 1, 1.5 and 2.25.']
    : [];
  if (answers.judged.length === 0) return scale;
  return [
    ...scale,
    '',
    'Judged by whoever decided, in place of the authors:',
    '',
    ...answers.judged.map(({ transport, criterion, level }) => {
      const theirs = judgementsOf(transport)?.[criterion];
      const others = theirs === undefined ? '' : `; the authors’: ${theirs.level}, ${text(theirs.note)}`;
      const idle = answers.weights[criterion] > 0 ? '' : '; it has no weight';
      return `- ${code(transport)}, ${text(criterionOf(criterion).name)}: ${level} (yours${others}${idle})`;
    }),
  ];
}

/** Everything that was weighed, with what it rests on. */
function figureRows({ options, criteria }: Advice): string[] {
  const weighed = options.filter(({ cells }) => cells.length > 0);
  const counting = criteria.filter(({ dropped }) => dropped === null);
  if (weighed.length === 0 || counting.length === 0) return [];
  return [
    '',
    'What was weighed, and in brackets how many times the best of those in question it is:',
    '',
    `| | ${counting.map(({ name, tag }) => `${text(name)} (${tag})`).join(' | ')} |`,
    `| --- |${' ---: |'.repeat(counting.length)}`,
    ...weighed.map(({ name, cells }) => {
      const columns = counting.map(({ id }) => {
        const cell = cells.find(({ criterion }) => criterion === id);
        if (cell === undefined || cell.ratio === null) return '—';
        if (cell.level !== null) return `${cell.level}${cell.tag === 'yours' ? ' (yours)' : ''}`;
        const of = cell.reference === 'objective' ? ' of the objective' : '';
        return `${text(cell.figure.replace(/ \(.*\)$/, ''))} (${ratio(cell.ratio)}${of})`;
      });
      return `| ${code(name)} | ${columns.join(' | ')} |`;
    }),
  ];
}

function optionRows(options: readonly Option[]): string[] {
  if (options.length === 0) return ['Nothing was measured that could be judged.'];
  return [
    '| | transport | cost by these weights | why |',
    '| --- | --- | ---: | --- |',
    ...options.map(
      ({ rating, name, title, fit, because }) =>
        `| ${rating ?? '—'} | ${code(name)} ${text(title)} | ${fit === null ? '—' : ratio(fit)} | ${text(because)} |`,
    ),
    ...(options.every(({ fit }) => fit === null) ? [] : LEGEND),
  ];
}

const LEGEND = [
  '',
  'Cost is the weighted geometric mean of how many times each figure is the first one’s. **Use**: least cost, in at least 70 % of draws, or a share of a toss-up. **Consider**: at most 1.5×. **Only if**: on the condition named, or up to 3×. **Avoid**: fails a need, misses the objective, or costs more than 3×.',
];

function optionReasons({ name, rating, reasons, needs }: Option): string[] {
  return [
    '',
    `### ${code(name)}: ${rating ?? '—'}`,
    '',
    ...reasons.map(
      ({ speaks, text: said, source, tag }) =>
        `- ${SPEAKS[speaks]}${text(said)} (${source === null ? tag : rests(source, tag)})`,
    ),
    ...needs.map(({ need, value, note, source, tag }) => {
      const what = need === 'objective' ? 'objective' : needOf(need).name;
      const word = value === 'depends' || value === 'other form' ? 'only if' : value;
      return `- ${text(what)}: ${word}: ${text(note)} (${rests(source, tag)})`;
    }),
  ];
}

const SPEAKS = { for: 'For it: ', against: 'Against it: ', neither: 'Neither for nor against: ' } as const;

/** Eliminations, each with its need and its source. */
function ruledOut(options: readonly Option[]): string[] {
  const out = options.flatMap(({ name, needs }) =>
    needs
      .filter(({ value }) => value === 'no')
      .map(({ need, note, source, tag }) => {
        const what = need === 'objective' ? 'objective' : needOf(need).name;
        return `~~${code(name)}~~ by “${text(what)}”: ${text(note)} (${rests(source, tag)})`;
      }),
  );
  return named('Ruled out', out);
}

function bothLine({ robustness }: Advice): string[] {
  if (robustness === null) return [];
  const shares = robustness.both.filter(({ share: won }) => won > 0);
  const parts = shares.map(({ name, share: won }) => `${code(name)} ${text(share(won))}`);
  return [`- **Both together:** ${parts.join(', ')} of ${integer(robustness.draws)} draws.`];
}

/** Clauses have an address everywhere; what this repository says of itself has one only here. */
const cited = ({ clause, url }: Source): string =>
  url.startsWith('https:') ? `[${text(clause)}](${url})` : text(clause);

/** What was measured needs no other source than the run. */
const rests = (source: Source, tag: CellTag): string =>
  tag === 'measured' ? cited(source) : `${cited(source)}, ${tag}`;

const named = (title: string, lines: readonly string[], after: string | null = null): string[] =>
  lines.length === 0
    ? []
    : ['', `## ${title}`, '', ...lines.map((line) => `- ${line}`), ...(after === null ? [] : ['', after])];

const text = escaped;

/** Inside a code span nothing is markup but the backtick that ends it, and in a table the bar. */
const code = (from: string): string => `\`${printable(from).replaceAll('`', '’').replaceAll('|', '¦')}\``;

const fenced = (from: string): string => printable(from).replaceAll('```', '’’’');
