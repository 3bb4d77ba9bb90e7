import { createInterface } from 'node:readline/promises';
import { wrap } from '../../reports/terminal/text.ts';
import type { Context } from './command.ts';

/** Asks one question and resolves with the line that was typed. */
export type Prompt = (question: string) => Promise<string>;

/** Runs a dialogue of questions at the terminal. Undefined if the user left before its end. */
export async function ask<Result>(
  use: (prompt: Prompt) => Promise<Result>,
  { io, interrupted }: Context,
): Promise<Result | undefined> {
  const lines = createInterface(io.prompt);
  const close = (): void => lines.close();
  lines.on('SIGINT', close);
  interrupted.addEventListener('abort', close);
  // Lines are buffered until they are asked for, because several answers may be pasted at once.
  const typed = lines[Symbol.asyncIterator]();
  try {
    return await use(async (question) => {
      // The last line is the prompt, which readline writes again whenever the answer is edited.
      const asked = wrap(question, io.progress.width());
      for (const line of asked.slice(0, -1)) io.info(`${line}\n`);
      lines.setPrompt(asked.at(-1) ?? '');
      lines.prompt();
      const { value, done } = await typed.next();
      if (done === true) throw new UserLeft();
      return value;
    });
  } catch (error) {
    if (!(error instanceof UserLeft)) throw error;
    io.info('\n');
    return undefined;
  } finally {
    interrupted.removeEventListener('abort', close);
    lines.close();
  }
}

class UserLeft extends Error {}
