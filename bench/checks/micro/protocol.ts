import type { MicroRow, MicroSettings } from './measure.ts';

/** Order to measure encoding and decoding of one transport, or `json`, at one size. It gets one answer. */
export interface MicroOrder extends Pick<MicroSettings, 'secondsPerStep'> {
  readonly order: 'measure';
  readonly transport: string;
  readonly size: number;
}

export interface MicroAnswer {
  readonly answer: 'measured';
  readonly rows: readonly MicroRow[];
}
