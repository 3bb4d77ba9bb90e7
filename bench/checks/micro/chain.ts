/** Step of an echo. */
export type StepName = 'client encode' | 'server decode' | 'server encode' | 'client decode';

/** Part of a step, done by one library. The times of a step's parts add up. */
export interface Part {
  readonly step: StepName;
  readonly what: string;
  /** npm package that does it; `node` for Node.js itself, `wirebench` for this repository's code. */
  readonly library: string;
  /** Makes an input of each message, which is not timed, and returns the function to time: one pass over the inputs. */
  prepare(messages: readonly string[]): () => readonly unknown[];
}

/**
 * Chain of parts that a message passes through. Each part's input is the output of those before it, so a chain that ends with the
 * message again proves that every part does its work.
 */
export interface Chain<Value> {
  readonly parts: readonly Part[];
  /** Returns the output of the whole chain for a message. */
  readonly make: (message: string) => Value;
  /** Appends a part. */
  timed<Next>(step: StepName, what: string, library: string, run: (value: Value) => Next): Chain<Next>;
  /** Appends work that is not timed and belongs to no part. */
  untimed<Next>(run: (value: Value) => Next): Chain<Next>;
}

/** Steps of one echo: the message's way to the server, and its way back, which begins with the message as the application gets it. */
export interface Echo {
  readonly up: Chain<string | Buffer>;
  readonly down: Chain<string>;
}

/** Makes the steps of an echo. Parsers have state, so each call makes new ones. */
export type Steps = () => Promise<Echo>;

/** Chain that begins with the message as text. */
export function message(): Chain<string> {
  return chain([], (text) => text);
}

/** Chain that begins with the message as bytes, for servers that do not decode text. */
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
 * Makes one pass over the inputs. It keeps every output, so that the compiler cannot drop work whose result is unused. All parts use
 * this one loop, whose call site thus becomes megamorphic: no part is inlined, so none has an advantage.
 */
function pass<Value, Next>(inputs: readonly Value[], run: (value: Value) => Next): () => readonly Next[] {
  const outputs: Next[] = [];
  return () => {
    for (const input of inputs) outputs.push(run(input));
    return outputs;
  };
}
