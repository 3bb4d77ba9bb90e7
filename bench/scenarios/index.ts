import { BROADCAST, ECHO } from '../codec/header.ts';

/**
 * What a trial of a scenario does: puts messages on a timetable (`load`), lets each session send again when its echo arrives
 * (`closed`), searches for the highest rate that meets an objective (`capacity`), holds sessions that say nothing (`idle`),
 * opens sessions (`connect`), or sends messages one at a time and counts their bytes (`wire`).
 */
export type ScenarioKind = 'load' | 'closed' | 'capacity' | 'idle' | 'connect' | 'wire';

export interface ScenarioEntry {
  readonly id: string;
  readonly title: string;
  readonly kind: ScenarioKind;
  readonly opcode: number;
  /** Who is owed each message. */
  readonly reaches: 'sender' | 'everyone';
  /** Part of a run that names no scenarios. */
  readonly usual: boolean;
  /** Where nothing else is asked for. */
  readonly defaults: {
    readonly clients: number;
    /** Messages a second, all clients together; 0 where no timetable is kept. A search begins there. */
    readonly rate: number;
    /** Bytes; empty where no message is sent. */
    readonly sizes: readonly number[];
    /** Measured time of a trial; of a search, each probe's. 0 where the work and not the clock ends it. */
    readonly seconds: number;
  };
}

const toSender = { opcode: ECHO, reaches: 'sender' } as const;
const toEveryone = { opcode: BROADCAST, reaches: 'everyone' } as const;

// biome-ignore format: one line each
export const scenarios: readonly ScenarioEntry[] = [
  { id: 'echo', title: 'Echo to the sender', kind: 'load', ...toSender, usual: true, defaults: { clients: 100, rate: 1000, sizes: [128], seconds: 1.1 } },
  { id: 'broadcast', title: 'Broadcast to everyone', kind: 'load', ...toEveryone, usual: true, defaults: { clients: 50, rate: 200, sizes: [128], seconds: 1.5 } },
  { id: 'capacity', title: 'Highest echo rate within --objective', kind: 'capacity', ...toSender, usual: false, defaults: { clients: 100, rate: 2000, sizes: [128], seconds: 2 } },
  { id: 'ceiling', title: 'Closed loop: what a message costs the generator', kind: 'closed', ...toSender, usual: false, defaults: { clients: 100, rate: 0, sizes: [64], seconds: 2 } },
  { id: 'connect', title: 'Opening sessions', kind: 'connect', ...toSender, usual: false, defaults: { clients: 1000, rate: 0, sizes: [], seconds: 0 } },
  { id: 'idle', title: 'Holding sessions that say nothing', kind: 'idle', ...toSender, usual: false, defaults: { clients: 4000, rate: 0, sizes: [], seconds: 10 } },
  { id: 'wire', title: 'Bytes of one message at a time, beside theory', kind: 'wire', ...toSender, usual: false, defaults: { clients: 1, rate: 0, sizes: [16, 64, 1024, 16384], seconds: 0 } },
];
