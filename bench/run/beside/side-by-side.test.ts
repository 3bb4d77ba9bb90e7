import { describe, expect, test } from 'vitest';
import { type Company, sideBySide } from './side-by-side.ts';

/** Item whose work the test ends. Upper-case letters run alone. */
type Letter = string;

const mayRunBeside = (item: Letter): boolean => item === item.toLowerCase();

/** Work that the test ends by name; what happened, in order, is in `told`. */
class Work {
  readonly told: string[] = [];
  readonly #ends = new Map<Letter, PromiseWithResolvers<string>>();
  readonly slots = new Map<Letter, number>();
  readonly #gathered = new Map<Letter, () => Promise<void>>();
  mostAtOnce = 0;
  #running = 0;

  readonly work = async (
    item: Letter,
    slot: { readonly at: number },
    { signal, gathered }: Company,
  ): Promise<string> => {
    this.#gathered.set(item, gathered);
    const end = Promise.withResolvers<string>();
    this.#ends.set(item, end);
    this.slots.set(item, slot.at);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#running);
    const onAbort = (): void => {
      this.told.push(`${item} aborted`);
      end.resolve('aborted');
    };
    signal.addEventListener('abort', onAbort);
    try {
      return await end.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#running--;
    }
  };

  /** Lets an item come to where the others gather, and tells when it goes on. */
  gather(item: Letter): void {
    void this.#gathered.get(item)!().then(() => this.told.push(`${item} goes on`));
  }

  end(item: Letter, outcome: string | Error = 'done'): void {
    const end = this.#ends.get(item);
    if (end === undefined) throw new Error(`${item} does not run`);
    if (outcome instanceof Error) end.reject(outcome);
    else end.resolve(outcome);
  }
}

interface Scripted {
  readonly slots?: number;
  readonly signal?: AbortSignal;
  /** Called when no further item begins by itself. */
  readonly script: (work: Work, queue: Letter[]) => void;
}

async function played(letters: string, { slots = 3, signal = new AbortController().signal, script }: Scripted) {
  const work = new Work();
  const queue = [...letters];
  const [first, ...more] = Array.from({ length: slots }, (_, at) => ({ at }));
  const steps = sideBySide(queue, { slots: [first!, ...more], mayRunBeside, work: work.work, signal });
  let over = false;
  // Ends work whenever the steps have come to rest.
  const driver = (async () => {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (over) return;
      script(work, queue);
    }
  })();
  try {
    for await (const step of steps) {
      if (step.step === 'next') work.told.push(`${step.item} begins${step.alone ? ' alone' : ''}`);
      else work.told.push(`${step.item} ${step.outcome} beside ${[...step.beside].toSorted().join('') || 'none'}`);
    }
  } finally {
    over = true;
    await driver;
  }
  return work;
}

/** Ends one item after another, in this order. */
function inOrder(letters: string): Scripted['script'] {
  const rest = [...letters];
  return (work) => {
    const item = rest.shift();
    if (item !== undefined) work.end(item);
  };
}

describe('items side by side', () => {
  test('begin in the order of the queue, in groups of as many as there are slots, and know what ran beside them', async () => {
    const { told, mostAtOnce } = await played('abcde', { slots: 3, script: inOrder('baced') });
    expect(told).toEqual([
      'a begins alone',
      'b begins',
      'c begins',
      'b done beside ac',
      'a done beside bc',
      'c done beside ab',
      'd begins alone',
      'e begins',
      'e done beside d',
      'd done beside e',
    ]);
    expect(mostAtOnce).toBe(3);
  });

  test('go on together once all of a group have come, or ended', async () => {
    const turns = ['gather a', 'gather b', 'gather b', 'end c', 'end b', 'end a', 'gather d', 'end d'];
    const { told } = await played('abcd', {
      script(work) {
        const [what, item] = turns.shift()?.split(' ') ?? [];
        if (what === 'gather') work.gather(item!);
        else if (what === 'end') work.end(item!);
      },
    });
    const gone = told.filter((one) => one.endsWith('goes on'));
    expect(gone.toSorted()).toEqual(['a goes on', 'b goes on', 'b goes on', 'd goes on']);
    expect(told.indexOf('a goes on')).toBeGreaterThan(told.indexOf('c begins'));
    expect(told.indexOf('a goes on')).toBeLessThan(told.indexOf('b done beside ac'));
    expect(told.indexOf('c done beside ab')).toBeLessThan(told.indexOf('b done beside ac'));
    expect(told.at(-1)).toBe('d done beside none');
  });

  test('none overtakes one that must run alone, which shares the time with nobody', async () => {
    const { told } = await played('abCDef', { script: inOrder('baCDef') });
    expect(told).toEqual([
      'a begins alone',
      'b begins',
      'b done beside a',
      'a done beside b',
      'C begins alone',
      'C done beside none',
      'D begins alone',
      'D done beside none',
      'e begins alone',
      'f begins',
      'e done beside f',
      'f done beside e',
    ]);
  });

  test('with one slot run one after another', async () => {
    const { told, mostAtOnce } = await played('abc', { slots: 1, script: inOrder('abc') });
    expect(told.filter((one) => one.endsWith('alone'))).toHaveLength(3);
    expect(mostAtOnce).toBe(1);
  });

  test('no two are in one slot at a time, and a group takes them anew', async () => {
    const { slots } = await played('abcd', { slots: 3, script: inOrder('bacd') });
    expect([...slots]).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
      ['d', 0],
    ]);
  });

  test('one that is added at the end of the queue begins in a group after those that still run', async () => {
    const rest = [...'bax'];
    const { told } = await played('ab', {
      script(work, queue) {
        const item = rest.shift();
        if (item === 'b') queue.push('x');
        if (item !== undefined) work.end(item);
      },
    });
    expect(told.slice(2)).toEqual(['b done beside a', 'a done beside b', 'x begins alone', 'x done beside none']);
  });

  test('an aborted signal aborts those that run and begins no other', async () => {
    const stop = new AbortController();
    let seen: Work | undefined;
    const { told } = await played('abcd', {
      slots: 2,
      signal: stop.signal,
      script(work) {
        seen = work;
        stop.abort();
      },
    });
    expect(seen).toBeDefined();
    expect(told).toEqual([
      'a begins alone',
      'b begins',
      'a aborted',
      'b aborted',
      'a aborted beside b',
      'b aborted beside a',
    ]);
  });

  test('an error is thrown after the others were aborted and have ended', async () => {
    const seen: Work[] = [];
    const failing = played('abc', {
      script(work) {
        seen.push(work);
        if (seen.length === 1) work.end('b', new Error('broken'));
      },
    });
    await expect(failing).rejects.toThrow('broken');
    expect(seen[0]?.told.slice(3)).toEqual(['a aborted', 'c aborted']);
  });

  test('a consumer that leaves aborts those that run, and an error meanwhile is no unhandled one', async () => {
    const work = new Work();
    const signal = new AbortController().signal;
    const slots = [{ at: 0 }, { at: 1 }, { at: 2 }] as const;
    for await (const step of sideBySide([...'abcd'], { slots, mayRunBeside, work: work.work, signal })) {
      if (step.step !== 'next' || step.item !== 'c') continue;
      work.end('a', new Error('broken'));
      await new Promise((resolve) => setImmediate(resolve));
      break;
    }
    expect(work.told).toEqual(['b aborted']);
  });
});
