/** Word that looks like a transport's or a kind's id and is none; the list may only shrink. */
export interface AllowedWord {
  readonly file: string;
  readonly word: string;
  readonly reason: string;
}

const ADDRESS = 'name of a figure, part of an address of the page that stays as it is';

export const ALLOWED_WORDS: readonly AllowedWord[] = [
  { file: 'bench/checks/abuse/frozen.ts', word: 'connect', reason: 'an order to a child process' },
  {
    file: 'bench/checks/crosscheck/autocannon.ts',
    word: 'closed',
    reason: 'how autocannon sends: at a rate or in a closed loop',
  },
  {
    file: 'bench/checks/crosscheck/stage.ts',
    word: 'closed',
    reason: 'how autocannon sends: at a rate or in a closed loop',
  },
  {
    file: 'bench/cli/commands/crosscheck-tables.ts',
    word: 'echo',
    reason: 'an exchange that crosscheck times: an echo or a plain request',
  },
  { file: 'bench/load/recorder.ts', word: 'closed', reason: 'how the load sends: in an open or a closed loop' },
  { file: 'bench/load/worker.ts', word: 'closed', reason: 'an order to a load worker' },
  { file: 'bench/load/worker.ts', word: 'connect', reason: 'an order to a load worker' },
  { file: 'clients/platform/peer-connection.ts', word: 'closed', reason: 'a state of an RTCPeerConnection' },
  { file: 'reports/page/document/page.tsx', word: 'load', reason: ADDRESS },
  { file: 'reports/page/document/page.tsx', word: 'idle', reason: ADDRESS },
];
