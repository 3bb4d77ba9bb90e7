import { integer } from '../model/format.ts';
import type { Question } from '../model/model.ts';
import type { KindReport, KindShape } from './shape.ts';

const title = ({ scenario, size }: Question): string => `${scenario}: ${integer(size)} B`;

/** Messages sent one at a time, whose bytes are checked against formulas. */
export const wire: KindShape = {
  metrics: [],
  title,
  subject: title,
  scenarioText: (scenario) => scenario,
  limit: 'one exchange at a time',
  judged: {
    leftOut: {
      text: 'Cases of the kind “wire” are not compared: their bytes are checked against formulas, not against another run.',
      action: 'Read their table in the report of each run.',
    },
  },
  steadyRate: false,
  warmedUp: false,
  trialLength: 'until done',
  wireCost: null,
  csv: [],
  advice: null,
};

export const wireReport: KindReport = {
  notes: () => [],
  warnings: () => [],
  trust: ['accounting closes'],
  isEcho: () => false,
  figures: [],
  effort: null,
  definitions: [
    [
      'Theory',
      'Bytes of a message by the framing rules of the specifications, calculated independently of the measurement.',
    ],
  ],
  trialColumns: () => [],
};
