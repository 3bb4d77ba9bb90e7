/** The four steps of one echo. */
export type StepName = 'client encode' | 'server decode' | 'server encode' | 'client decode';

/** Something one step does, by one library. A step made of several parts has one of these for each: their times add up. */
export interface Part {
  readonly step: StepName;
  readonly what: string;
  /** The npm package that does it, `node` for what Node.js brings, `wirebench` for what this repository does itself. */
  readonly library: string;
  /** Makes an input of each message, which is not timed, and returns what is: one pass over the inputs. */
  prepare(messages: readonly string[]): () => readonly unknown[];
}

/**
 * A message on its way, part by part. Each part's input is what all before it make of the message, so that a chain whose end
 * is the message again has shown that every part does its work.
 */
export interface Chain<Value> {
  readonly parts: readonly Part[];
  /** The message after everything so far. */
  readonly make: (message: string) => Value;
  timed<Next>(step: StepName, what: string, library: string, run: (value: Value) => Next): Chain<Next>;
  /** Work between two parts that belongs to neither. */
  untimed<Next>(run: (value: Value) => Next): Chain<Next>;
}

/** Steps of one echo: the message's way to the server, and its way back, which begins with what the application is given there. */
export interface Echo {
  readonly up: Chain<string | Buffer>;
  readonly down: Chain<string>;
}

/** Makes the steps of an echo. Parsers keep a state, so each call makes new ones. */
export type Steps = () => Promise<Echo>;

/** A chain that begins with the message itself. */
export function message(): Chain<string> {
  return chain([], (text) => text);
}

/** A chain that begins with the message as a server has it that was given bytes: text has not been made of them. */
export function asBytes(): Chain<Buffer> {
  return message().untimed((text) => Buffer.from(text));
}

function chain<Value>(parts: readonly Part[], make: (message: string) => Value): Chain<Value> {
  return {
    parts,
    make,
    timed(step, what, library, run) {
      const prepare = (messages: readonly string[]) => pass(messages.map(make), run);
      return chain([...parts, { step, what, library, prepare }], (text) => run(make(text)));
    },
    untimed: (run) => chain(parts, (text) => run(make(text))),
  };
}

/**
 * Every output is kept until the pass is over, so that the compiler cannot drop work whose result nobody sees. All parts go
 * through this one loop: soon it knows none of them, calls each and inlines none, so that no part gains what another lacks.
 */
function pass<Value, Next>(inputs: readonly Value[], run: (value: Value) => Next): () => readonly Next[] {
  const outputs: Next[] = [];
  return () => {
    for (const input of inputs) outputs.push(run(input));
    return outputs;
  };
}
