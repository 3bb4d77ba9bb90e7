import { integer, printable, ratio, share, utcMinute } from '../analysis/format.ts';
import type { Advice, Option } from './model.ts';
import { needOf } from './needs.ts';
import { PRESETS } from './presets.ts';
import type { Source } from './sources.ts';
import { answersText, certaintiesOf, needFlipText } from './words.ts';

/** A decision record that reads well without the run beside it: context, needs, weights, result, what would change it. */
export function decisionRecord(advice: Advice, { command }: { readonly command: string }): string {
  const { heading, run, answers, load, notCovered, tieBreaker, options, unjudged, unmeasured, sensitivity, warnings } =
    advice;
  const said = answersText(answers);
  const preset = PRESETS.find(({ id }) => id === answers.preset);
  const sure = certaintiesOf(advice);
  const recommends = advice.recommended.length > 0;
  return [
    `# Which real-time transport: ${text(heading)}`,
    '',
    `Decided on measurements of ${text(utcMinute(run.startedAt))} (run ${code(run.id)}, ${text(run.status)}). The fit is one to these answers, not a property of a transport.`,
    '',
    '## Context',
    '',
    ...(preset === undefined ? [] : [`- **Use:** ${text(preset.title)}`]),
    `- **Load:** ${text(load.text)}`,
    ...(said.objective === null ? [] : [`- **Objective:** ${text(said.objective)}`]),
    ...(notCovered === null ? [] : [`- **Not covered by the figures:** ${text(notCovered)}`]),
    '',
    '## Needs',
    '',
    ...(answers.needs.length === 0 ? ['None was named.'] : answers.needs.map((id) => `- ${text(needOf(id).name)}`)),
    '',
    '## Weights',
    '',
    `As given: ${text(said.weights)}.`,
    ...weightRows(advice),
    '',
    '## Result',
    '',
    `**${text(heading)}**`,
    ...(tieBreaker === null ? [] : ['', `What would settle it: ${text(tieBreaker)}`]),
    '',
    ...optionRows(options),
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
      ? [
          '',
          '## What would change it',
          '',
          ...(sensitivity.next === null ? [] : [`- Next best: ${code(sensitivity.next)}`]),
          ...(sensitivity.needs.length === 0
            ? ['- No single need, answered otherwise, puts another first.']
            : sensitivity.needs.map((flip) => `- ${text(needFlipText(flip))}`)),
        ]
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

function optionRows(options: readonly Option[]): string[] {
  if (options.length === 0) return ['Nothing was measured that could be judged.'];
  return [
    '| | transport | cost by these weights | why |',
    '| --- | --- | ---: | --- |',
    ...options.map(
      ({ rating, name, title, fit, because }) =>
        `| ${rating ?? '—'} | ${code(name)} ${text(title)} | ${fit === null ? '—' : ratio(fit)} | ${text(because)} |`,
    ),
  ];
}

function optionReasons({ name, rating, reasons, needs }: Option): string[] {
  return [
    '',
    `### ${code(name)}: ${rating ?? '—'}`,
    '',
    ...reasons.map(
      (reason) => `- ${reason.speaks === 'for' ? 'For it: ' : 'Against it: '}${text(reason.text)} (${reason.tag})`,
    ),
    ...needs.map(({ need, value, note, source, tag }) => {
      const what = need === 'objective' ? 'objective' : needOf(need).name;
      const word = value === 'depends' || value === 'other form' ? 'only if' : value;
      return `- ${text(what)}: ${word}: ${text(note)} (${cited(source)}, ${tag})`;
    }),
  ];
}

/** Eliminations, each with its need and its source. */
function ruledOut(options: readonly Option[]): string[] {
  const out = options.flatMap(({ name, needs }) =>
    needs
      .filter(({ value }) => value === 'no')
      .map(({ need, note, source, tag }) => {
        const what = need === 'objective' ? 'objective' : needOf(need).name;
        return `~~${code(name)}~~ by “${text(what)}”: ${text(note)} (${cited(source)}, ${tag})`;
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

const named = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines.map((line) => `- ${line}`)];

/** Names and reasons come from outside: none of them may become markup, a link or a new line. */
const text = (from: string): string =>
  printable(from).replace(/[\\`*_[\]<>|~#&!]/g, (character) =>
    character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`,
  );

/** Inside a code span nothing is markup but the backtick that ends it, and in a table the bar. */
const code = (from: string): string => `\`${printable(from).replaceAll('`', '’').replaceAll('|', '¦')}\``;

const fenced = (from: string): string => printable(from).replaceAll('```', '’’’');
