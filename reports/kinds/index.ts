import type { Kind } from '../model/metrics.ts';
import { capacity } from './capacity.ts';
import { closed } from './closed.ts';
import { connect } from './connect.ts';
import { idle } from './idle.ts';
import { load } from './load.ts';
import type { KindShape } from './shape.ts';
import { wire } from './wire.ts';

/** Every kind of scenario, in the order in which the page explains them and the advisor prefers them. */
export const KINDS: Readonly<Record<Kind, KindShape>> = { load, capacity, closed, idle, connect, wire };
