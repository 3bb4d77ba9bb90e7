import { createInterface } from 'node:readline/promises';
import { wrap } from '../../reports/terminal/text.ts';
import type { Io } from './io.ts';

export type Ask = (question: string) => Promise<string>;

/** Asks somebody at a terminal. Undefined when whoever was asked went away. */
export async function converse<Result>(
  use: (ask: Ask) => Promise<Result>,
  { io, interrupted }: { io: Io; interrupted: AbortSignal },
): Promise<Result | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const close = (): void => lines.close();
  lines.on('SIGINT', close);
  interrupted.addEventListener('abort', close);
  // Lines are kept until they are asked for: what is pasted all at once is no less an answer.
  const typed = lines[Symbol.asyncIterator]();
  try {
    return await use(async (question) => {
      // The last line is the prompt, which is written again whenever what is typed is.
      const asked = wrap(question, io.progress.width());
      for (const line of asked.slice(0, -1)) io.talk(`${line}\n`);
      lines.setPrompt(asked.at(-1) ?? '');
      lines.prompt();
      const { value, done } = await typed.next();
      if (done === true) throw new Away();
      return value;
    });
  } catch (error) {
    if (!(error instanceof Away)) throw error;
    io.talk('\n');
    return undefined;
  } finally {
    interrupted.removeEventListener('abort', close);
    lines.close();
  }
}

/** Nobody is there to answer any more. */
class Away extends Error {}
