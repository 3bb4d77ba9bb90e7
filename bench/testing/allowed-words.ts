/** Word that equals the id of a transport or kind and means something else. The list may only shrink. */
export interface AllowedWord {
  readonly file: string;
  readonly word: string;
  readonly reason: string;
}

const ADDRESS = 'name of a figure, part of an address of the page that stays as it is';

export const ALLOWED_WORDS: readonly AllowedWord[] = [
  {
    file: 'bench/checks/crosscheck/autocannon.ts',
    word: 'closed',
    reason: 'how autocannon sends: at a rate or in a closed loop',
  },
  {
    file: 'bench/checks/crosscheck/loaded-server.ts',
    word: 'closed',
    reason: 'how autocannon sends: at a rate or in a closed loop',
  },
  {
    file: 'bench/cli/commands/crosscheck-tables.ts',
    word: 'echo',
    reason: 'an exchange that crosscheck times: an echo or a plain request',
  },
  { file: 'bench/cli/commands/index.ts', word: 'wire', reason: 'name of a command' },
  { file: 'bench/cli/commands/index.ts', word: 'ceiling', reason: 'name of a command' },
  { file: 'bench/checks/fuzz/tools/mqtt.ts', word: 'connect', reason: 'name of a packet' },
  { file: 'bench/load/recorder.ts', word: 'closed', reason: 'how the load sends: in an open or a closed loop' },
  { file: 'bench/load/orders.ts', word: 'closed', reason: 'an order to a load worker' },
  { file: 'bench/load/orders.ts', word: 'connect', reason: 'an order to a load worker' },
  { file: 'bench/load/orders.ts', word: 'recovery', reason: 'an order to a load worker' },
  { file: 'bench/plan/settings.ts', word: 'recovery', reason: 'name of a profile' },
  { file: 'clients/platform/peer-connection.ts', word: 'closed', reason: 'a state of an RTCPeerConnection' },
  { file: 'reports/page/document/page.tsx', word: 'load', reason: ADDRESS },
  { file: 'reports/page/document/page.tsx', word: 'idle', reason: ADDRESS },
  { file: 'reports/page/document/page.tsx', word: 'recovery', reason: ADDRESS },
  { file: 'reports/advice/facts/shape.ts', word: 'graphql', reason: 'id of a need that the advisor asks for' },
  { file: 'clients/graphql.ts', word: 'sse', reason: 'value of the variant’s option `over`' },
  { file: 'servers/graphql.ts', word: 'sse', reason: 'value of the variant’s option `over`' },
];
