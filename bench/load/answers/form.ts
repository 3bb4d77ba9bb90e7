import type { Encoding } from '../../contract.ts';
import type { Reaches } from '../../results/values.ts';

/** Form of a foreign server's answers, as results have it. */
export interface Answers {
  readonly prefix: string;
  readonly suffix: string;
  /** Coding of prefix and suffix if their bytes are no text. */
  readonly coding?: 'base64';
  /** True if the message is the content of a JSON string. */
  readonly escaped?: true;
  /** Kind of frame that answers come in, if it is not the one that is sent. */
  readonly frames?: Encoding;
  /** Number of messages that a session receives before its first answer. */
  readonly greetings?: number;
  /** Messages that come besides answers, word for word. */
  readonly unasked?: string[];
}

/** Outcome of a probe: the form of the answers and whom they reach, or why nothing can be measured. */
export type Probe = ProbeFindings | ProbeFault;

export interface ProbeFindings {
  /** Form of the answers. Absent if they are the messages themselves. */
  readonly answers?: Answers;
  readonly reached: Reaches;
  readonly tooLarge?: TooLarge;
}

/** Smallest size that cannot be measured although smaller ones can. */
export interface TooLarge {
  readonly size: number;
  readonly reason: string;
}

/** Reason why nothing can be measured. */
export interface ProbeFault {
  readonly reason: string;
  /** True if no session could be opened. */
  readonly unopened?: true;
}
