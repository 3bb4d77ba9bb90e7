import { judgementsOf } from '../advice/facts/index.ts';
import { factText, isQualified } from '../advice/facts/shape.ts';
import type { Source } from '../advice/facts/sources.ts';
import type { Advice, CellTag, Option } from '../advice/model.ts';
import { criterionOf } from '../advice/questions/criteria.ts';
import { needName, needOf } from '../advice/questions/needs.ts';
import { PRESETS } from '../advice/questions/presets.ts';
import {
  answersText,
  certaintiesOf,
  changesOf,
  closeText,
  hasChanges,
  lackText,
  MEASURE_LABEL,
  unmeasuredText,
} from '../advice/words.ts';
import { integer, printable, ratio, share, utcMinute } from '../model/format.ts';
import { escaped } from './text.ts';

/** Decision record that can be read without the run: context, needs, weights, result, and what would change it. */
export function decisionRecord(advice: Advice, { command }: { readonly command: string }): string {
  const {
    heading,
    run,
    answers,
    load,
    field,
    notCovered,
    tieBreaker,
    options,
    unjudged,
    unmeasured,
    measure,
    warnings,
  } = advice;
  const close = closeText(advice);
  const said = answersText(answers);
  const preset = PRESETS.find(({ id }) => id === answers.preset);
  const sure = certaintiesOf(advice);
  const recommends = advice.recommended.length > 0;
  const measured = load.group !== null;
  return [
    `# Which real-time transport: ${text(heading)}`,
    '',
    `${recommends && measured ? 'This decision is based on' : 'No decision could be based on'} measurements of ${text(utcMinute(run.startedAt))} (run ${code(run.id)}, ${text(run.status)}), made by Wirebench, which runs equivalent servers for every transport and drives them with one load generator. ${recommends && !measured ? 'It is based on facts about the transports, which hold at any load. ' : ''}The result fits these answers and is not a property of a transport.`,
    '',
    '## Context',
    '',
    `- **Measured on:** ${text(run.machine)}`,
    ...(preset === undefined ? [] : [`- **Use:** ${text(preset.title)}`]),
    `- **Load:** ${text(load.text)}`,
    ...(field.text === null ? [] : [`- ${text(field.text)}`]),
    ...(said.objective === null ? [] : [`- **Objective:** ${text(said.objective)}`]),
    ...(notCovered === null ? [] : [`- **Not covered by the figures:** ${text(notCovered)}`]),
    '',
    '## Needs',
    '',
    ...(answers.needs.length === 0
      ? ['No need was named, so none rules a transport out.']
      : [
          'A transport that fails a need is ruled out, whatever its figures.',
          '',
          ...answers.needs.map((id) => `- **${text(needOf(id).name)}**: ${text(needOf(id).question)} Yes.`),
        ]),
    '',
    '## Weights',
    '',
    `Weights as given: ${text(said.weights)}.`,
    ...weightRows(advice),
    ...ownLevels(advice),
    '',
    '## Result',
    '',
    `**${text(heading)}**`,
    ...(tieBreaker === null ? [] : ['', `To settle it: ${text(tieBreaker)}`]),
    ...(close === null ? [] : ['', text(close)]),
    '',
    ...optionRows(options),
    ...figureRows(advice),
    ...options
      .filter(
        ({ reasons, needs }) =>
          reasons.length > 0 || (needs.some(isQualified) && needs.every(({ value }) => value !== 'no')),
      )
      .flatMap(optionReasons),
    ...ruledOut(options),
    ...named(
      'Not judged',
      unjudged.map(({ name, reason }) => `${code(name)}: ${text(reason)}`),
    ),
    ...named(
      'Not measured in this run, but meeting the needs by the facts alone',
      unmeasured.map((one) => `${code(one.name)} ${text(unmeasuredText(one))}`),
    ),
    ...(measure === null ? [] : ['', `${MEASURE_LABEL}:`, '', '```', fenced(measure), '```']),
    ...field.lacks.flatMap(({ what, command }) => ['', `${text(lackText(what))}:`, '', '```', fenced(command), '```']),
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
    ...(hasChanges(advice)
      ? ['', '## What would change the answer', '', ...changesOf(advice).map((line) => `- ${text(line)}`)]
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
  if (criteria.every(({ dropped }) => dropped !== null))
    return ['', 'None of the weights counted, because nothing was compared.'];
  return [
    '',
    '| criterion | share | basis |',
    '| --- | ---: | --- |',
    ...criteria.map(({ name, weight, tag, dropped }) => {
      const counts = dropped === null ? share(weight) : '—';
      return `| ${text(name)} | ${counts} | ${dropped === null ? tag : text(dropped)} |`;
    }),
  ];
}

/** Paragraphs that explain levels and list the judgements that replace the authors'. */
function ownLevels({ answers, criteria }: Advice): string[] {
  const judges = criteria.some(({ tag, dropped }) => tag === 'judgement' && dropped === null);
  const scale = judges
    ? [
        '',
        'Judged criteria have three levels, of which 1 is the best; levels 1, 2 and 3 count as a cost of 1, 1.5 and 2.25.',
      ]
    : [];
  if (answers.judged.length === 0) return scale;
  return [
    ...scale,
    '',
    'These judgements by the person who decided replace the authors’ judgements:',
    '',
    ...answers.judged.map(({ transport, criterion, level }) => {
      const theirs = judgementsOf(transport)?.[criterion];
      const others = theirs === undefined ? '' : `; the authors’: ${theirs.level}, ${text(theirs.note)}`;
      const idle = answers.weights[criterion] > 0 ? '' : '; this criterion has no weight';
      return `- ${code(transport)}, ${text(criterionOf(criterion).name)}: ${level} (yours${others}${idle})`;
    }),
  ];
}

/** Table of everything that was weighed, with its basis. */
function figureRows({ options, criteria }: Advice): string[] {
  const weighed = options.filter(({ cells }) => cells.length > 0);
  const counting = criteria.filter(({ dropped }) => dropped === null);
  if (weighed.length === 0 || counting.length === 0) return [];
  return [
    '',
    'Figures that were weighed, each with its ratio to the best candidate’s in brackets:',
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
  if (options.length === 0) return ['No measured transport could be judged.'];
  return [
    '| rating | transport | cost by these weights | reason |',
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
  'Cost is the weighted geometric mean of the ratios of an option’s figures to the leader’s. **Use**: lowest cost in at least 70 % of draws, or part of a toss-up. **Consider**: at most 1.5×. **Only if**: on the named condition, or at most 3×. **Avoid**: fails a need, misses the objective, or costs more than 3×.',
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
    ...needs.map((cell) => `- ${text(needName(cell.need))}: ${text(factText(cell))} (${rests(cell.source, cell.tag)})`),
  ];
}

const SPEAKS = { for: 'For it: ', against: 'Against it: ', neither: 'Neither for nor against: ' } as const;

/** Options that were ruled out, each with the failed need and its source. */
function ruledOut(options: readonly Option[]): string[] {
  const out = options.flatMap(({ name, needs }) =>
    needs
      .filter(({ value }) => value === 'no')
      .map(
        ({ need, note, source, tag }) =>
          `~~${code(name)}~~ fails “${text(needName(need))}”: ${text(note)} (${rests(source, tag)})`,
      ),
  );
  return named('Ruled out', out);
}

function bothLine({ robustness }: Advice): string[] {
  if (robustness === null) return [];
  const shares = robustness.both.filter(({ share: won }) => won > 0);
  const parts = shares.map(({ name, share: won }) => `${code(name)} ${text(share(won))}`);
  return [`- **Both together:** ${parts.join(', ')} of ${integer(robustness.draws)} draws.`];
}

/** Source as Markdown. Only addresses outside this repository become links, because a record is read elsewhere. */
const cited = ({ clause, url }: Source): string =>
  url.startsWith('https:') ? `[${text(clause)}](${url})` : text(clause);

/** Source and tag of a statement, without the tag if its source says that it was measured. */
const rests = (source: Source, tag: CellTag): string =>
  tag === 'measured' ? cited(source) : `${cited(source)}, ${tag}`;

const named = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines.map((line) => `- ${line}`)];

const text = escaped;

/** Code span. Replaces backticks, which would end it, and bars, which would end a table cell. */
const code = (from: string): string => `\`${printable(from).replaceAll('`', '’').replaceAll('|', '¦')}\``;

const fenced = (from: string): string => printable(from).replaceAll('```', '’’’');
