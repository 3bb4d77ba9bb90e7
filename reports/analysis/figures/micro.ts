import type { MicroRow, Results } from '../../../bench/results/schema.ts';
import { reportOf } from '../../kinds/lookup.ts';
import type { Group, MicroView } from '../../model/model.ts';
import { notShown, type Shown, shown } from '../../stats/distribution.ts';

/** Views by transport, message size and echo of that size. */
export function microViews({ micro = [] }: Results, groups: readonly Group[]): MicroView[] {
  const byCase = [...Map.groupBy(micro, ({ transport, size }) => JSON.stringify([transport, size])).values()];
  return byCase.flatMap((rows): MicroView[] => {
    const [first] = rows;
    if (first === undefined) return [];
    const { transport, size } = first;
    const [decode, encode] = [stepOf(rows, 'server decode'), stepOf(rows, 'server encode')];
    const both = decode.shown && encode.shown ? shown(decode.value + encode.value) : null;
    const protocol = both ?? notShown('a step was not measured');
    const server = rows.filter(({ step }) => step === 'server decode' || step === 'server encode');
    const libraries = [...new Set(server.map(({ library }) => library))];
    const shell = { transport, size, decode, encode, protocol, libraries };
    const measured = echoesOf(groups, transport, size);
    if (measured.length === 0) {
      return [{ ...shell, measured: notShown('no echo of this size'), question: null, share: null }];
    }
    return measured.map(({ question, seconds }) => ({
      ...shell,
      measured: shown(seconds),
      question,
      share: protocol.shown && seconds > 0 ? protocol.value / seconds : null,
    }));
  });
}

/** Time of a step, the sum over its layers, such as a packet within a frame. */
function stepOf(rows: readonly MicroRow[], wanted: MicroRow['step']): Shown {
  const layers = rows.filter(({ step }) => step === wanted);
  if (layers.length === 0) return notShown('not measured');
  return shown(layers.reduce((total, { secondsMedian }) => total + secondsMedian, 0));
}

/** Echoes on a schedule; in a closed loop the server is fully busy, and a message costs it less. */
function echoesOf(groups: readonly Group[], transport: string, size: number) {
  return groups
    .filter(({ question }) => reportOf(question).isEcho(question) && question.size === size)
    .flatMap(({ title, rows }) =>
      rows.flatMap(({ flag, name, cells: { cpu } }) =>
        (flag === transport || name === transport) && cpu.state === 'shown'
          ? [{ question: title, seconds: cpu.median }]
          : [],
      ),
    );
}
