import type { Case, Results, TransportInfo } from '../../bench/results/schema.ts';
import { figures, integer } from './format.ts';
import type { Question } from './model.ts';

export type CaseGroup = {
  readonly id: string;
  readonly question: Question;
  readonly cases: readonly Case[];
};

/** Cases are comparable only when they differ in nothing but transport and variant. */
export function groupCases(cases: readonly Case[]): CaseGroup[] {
  const groups = Map.groupBy(cases, groupId);
  return [...groups].flatMap(([id, members]) => {
    const [first] = members;
    return first === undefined ? [] : [{ id, question: questionOf(first), cases: members }];
  });
}

function questionOf({ scenario, clients, rate, size, encoding, tls, network }: Case): Question {
  return { scenario, clients, rate, size, encoding, tls, network };
}

const groupId = ({ scenario, clients, rate, size, encoding, tls, network }: Case): string =>
  [scenario, `c${clients}`, `r${rate}`, `s${size}`, encoding, tls ? 'tls' : 'plain', network].join('/');

/** `broadcast to 100 clients at 50 msg/s of 128 B`; what is out of the ordinary is named, the rest left out. */
export function titleOf({ scenario, clients, rate, size, encoding, tls, network }: Question): string {
  const many = clients === 1 ? '1 client' : `${integer(clients)} clients`;
  const parts = [
    `${scenario} ${scenario === 'broadcast' ? 'to' : 'with'} ${many}`,
    `at ${Number.isInteger(rate) ? integer(rate) : figures(rate)} msg/s of ${integer(size)} B`,
    encoding === 'binary' ? 'binary' : '',
    tls ? 'over TLS' : '',
    network === 'none' ? '' : `over the network profile “${network}”`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

export const nameOf = ({ transport, variant }: Pick<Case, 'transport' | 'variant'>): string =>
  variant === null ? transport : `${transport}:${variant}`;

/** A case whose transport the results do not describe is still shown, under its id. */
export function describe(
  { transports }: Results,
  { transport, variant }: Case,
): Pick<TransportInfo, 'title' | 'floor'> {
  const info = transports.find((candidate) => candidate.id === transport && candidate.variant === variant);
  return { title: info?.title ?? nameOf({ transport, variant }), floor: info?.floor ?? false };
}

/** Transports of the run that a group has no case of, for a reason their capabilities state. */
export function unsupportedIn(
  { transports }: Results,
  { question, cases }: CaseGroup,
): { name: string; reason: string }[] {
  if (question.encoding !== 'binary') return [];
  return transports
    .filter(({ id, variant, capabilities }) => {
      const present = cases.some((one) => one.transport === id && one.variant === variant);
      return !present && !capabilities.binary;
    })
    .map(({ id, variant }) => ({ name: nameOf({ transport: id, variant }), reason: 'carries no binary messages' }));
}
