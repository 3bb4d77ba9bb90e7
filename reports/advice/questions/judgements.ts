import { FACTS, judgementsOf } from '../facts/index.ts';
import { JUDGED, type JudgedCriterion, LEVELS, type Level } from '../facts/shape.ts';
import type { OwnLevel } from '../model.ts';

/** Level of a transport in a judged criterion: the authors' level, or the reader's in its place. */
export type JudgedLevel = {
  readonly level: Level;
  readonly note: string;
  readonly tag: 'judgement' | 'yours';
};

/** Levels of a transport in every judged criterion; undefined if the advisor does not know the transport. */
export function levelsOf(
  transport: string,
  judged: readonly OwnLevel[],
): Readonly<Record<JudgedCriterion, JudgedLevel>> | undefined {
  const theirs = judgementsOf(transport);
  if (theirs === undefined) return undefined;
  const levelOf = (criterion: JudgedCriterion): JudgedLevel => {
    const { level, note } = theirs[criterion];
    const own = judged.find((one) => one.transport === transport && one.criterion === criterion);
    return own === undefined
      ? { level, note, tag: 'judgement' }
      : {
          level: own.level,
          note: `${own.level} by your own judgement (the authors’ level is ${level}: ${note})`,
          tag: 'yours',
        };
  };
  return { simplicity: levelOf('simplicity'), features: levelOf('features') };
}

/** Judgements as text for a flag and a link: `ws.simplicity=2,mqtt.features=1`. */
export const judgedText = (judged: readonly OwnLevel[]): string =>
  judged.map(({ transport, criterion, level }) => `${transport}.${criterion}=${level}`).join(',');

/** Parses one judgement; null if it is invalid. */
export function readJudged(item: string): OwnLevel | null {
  const [, transport = '', name, digit] = /^\s*([\w-]+)\.(\w+)\s*=\s*(\d)\s*$/.exec(item) ?? [];
  const criterion = JUDGED.find((one) => one === name);
  const level = LEVELS.find((one) => one === Number(digit));
  return criterion === undefined || level === undefined || !Object.hasOwn(FACTS, transport)
    ? null
    : { transport, criterion, level };
}

/** Judgements in the order of facts and criteria, so that the same ones always make the same answers. A later one replaces an earlier one. */
export const inOrder = (judged: readonly OwnLevel[]): OwnLevel[] =>
  Object.keys(FACTS).flatMap((transport) =>
    JUDGED.flatMap(
      (criterion) => judged.findLast((one) => one.transport === transport && one.criterion === criterion) ?? [],
    ),
  );
