import { median } from '../../bench/results/numbers.ts';
import { countOf, integer, list } from '../model/format.ts';
import { metric } from '../model/metrics.ts';
import type { Group, Question } from '../model/model.ts';
import type { Member } from './member.ts';

/** Below this a straight line fits so badly that its slope is no figure to quote. */
export const LEAST_FIT = 0.98;

/** What a group's figures are, where their names do not tell. */
export function notesOf({ kind, objective }: Question, members: readonly Member[], layer: Group['layer']): string[] {
  switch (kind) {
    case 'load':
    case 'wire':
      return [];
    case 'capacity':
      return [
        `Capacity: the highest rate, confirmed by a longer trial, that met the objective with nothing lost. The other ` +
          `columns are of that confirming trial: each choice at a rate of its own, so that latencies are not compared.`,
        ...(members.some(({ readings }) => readings.capacity.bounded > 0)
          ? [
              '≥: a lower bound. The load generator, not the server, set the limit, and the server may sustain more. ' +
                'Such a figure takes part only in verdicts that stay true however much more that is.',
            ]
          : []),
        ...(objective === null ? ['No search was finished, so no objective is known.'] : []),
      ];
    case 'closed':
      return [
        'Closed loop: each session sends again as soon as its echo arrives, so a slow server is asked for less. This is ' +
          'how fast generator and server go together; there is no timetable, hence no response latency, and nothing ' +
          'here compares with a table of messages on a timetable.',
      ];
    case 'idle':
      return idleNotes(members, layer);
    case 'connect':
      return [
        'p50 and p99: from dialling to a usable session, the sessions opened one after another. ' +
          `${capitalised(metric('sessionRate').name)}: a second pass${openingText(members)}.`,
      ];
  }
}

function idleNotes(members: readonly Member[], layer: Group['layer']): string[] {
  const counted =
    layer === 'link'
      ? 'bytes as the link carried them, keep-alive and acknowledgements included'
      : 'bytes as the sockets carried them';
  const weak = members.filter(({ readings: { sessionMemory, generatorMemory } }) =>
    [sessionMemory, generatorMemory].some(({ fit }) => fit !== null && fit < LEAST_FIT),
  );
  const silent = members.some(({ floor, readings: { idleBytes } }) => !floor && idleBytes.median === 0);
  return [
    `Sessions are open and nothing is sent. Per hour: scaled up from the window; ${counted}, 0 where a session is silent. ` +
      'Memory: slope of resident memory over the number of open sessions, after garbage collection; R² is of the worst of ' +
      'its trials’ lines.',
    ...(silent ? ['No ratio can be made of 0, so a column that has one is not tested.'] : []),
    ...(weak.length === 0
      ? []
      : [
          `!: R² below ${LEAST_FIT} for ${list(
            weak.map(({ name }) => name),
            'and',
          )}: memory did not grow in step with the sessions, so the slope is a rough figure.`,
        ]),
  ];
}

function openingText(members: readonly Member[]): string {
  const openings = members.flatMap(({ trials }) =>
    trials.flatMap((trial) => (trial.state === 'valid' && trial.opening !== null ? [trial.opening] : [])),
  );
  if (openings.length === 0) return '';
  const sessions = median(openings.map((opening) => opening.sessions));
  const inFlight = [...new Set(openings.map((opening) => opening.inFlight))].toSorted((a, b) => a - b);
  return ` that opens ${countOf(sessions, 'session')}, ${inFlight.map(integer).join(' or ')} at a time`;
}

const capitalised = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
