import type { Kind } from '../model/metrics.ts';
import { REPORTS } from './index.ts';
import type { KindReport } from './shape.ts';

export const reportOf = ({ kind }: { readonly kind: Kind }): KindReport => REPORTS[kind];
