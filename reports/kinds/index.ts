import type { Kind } from '../model/metrics.ts';
import { capacity, capacityReport } from './capacity.ts';
import { closed, closedReport } from './closed.ts';
import { connect, connectReport } from './connect.ts';
import { idle, idleReport } from './idle.ts';
import { load, loadReport } from './load.ts';
import { recovery, recoveryReport } from './recovery.ts';
import type { KindReport, KindShape } from './shape.ts';
import { slow, slowReport } from './slow.ts';
import { wire, wireReport } from './wire.ts';

/** Every kind of scenario, in the order in which the page explains them and the advisor prefers them. */
export const KINDS: Readonly<Record<Kind, KindShape>> = {
  load,
  capacity,
  closed,
  idle,
  connect,
  wire,
  recovery,
  slow,
};

/** Part of each kind that the page's script does not need. */
export const REPORTS: Readonly<Record<Kind, KindReport>> = {
  load: loadReport,
  capacity: capacityReport,
  closed: closedReport,
  idle: idleReport,
  connect: connectReport,
  wire: wireReport,
  recovery: recoveryReport,
  slow: slowReport,
};
