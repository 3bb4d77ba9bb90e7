import { intervalInUnit, inUnit, ratio, tolerance, verdictFigures } from '../analysis/format.ts';
import { METRICS, type MetricId } from '../analysis/metrics.ts';
import type { Cell, Group, Row } from '../analysis/model.ts';
import type { Identities } from './identity.ts';
import { Name, Scroll, Swatch, VerdictWord } from './parts.tsx';

const HEADERS: Readonly<Record<MetricId, string>> = {
  p50: 'p50',
  p99: 'p99',
  bytes: 'Bytes / msg',
  cpu: 'Server CPU / msg',
  memory: 'Server memory',
  connect: 'Connect',
};

type Props = { readonly group: Group; readonly identities: Identities };

/** One row a transport: what it measured, its interval, and how it stands to the best of each column. */
export function DecisionTable({ group, identities }: Props) {
  const footnotes = footnotesOf(group);
  return (
    <>
      <Scroll label={`Decision table: ${group.title}`}>
        <table className="decision">
          <caption className="visually-hidden">{group.title}</caption>
          <thead>
            <tr>
              <th scope="col">Transport</th>
              {METRICS.map(({ id, unit }) => (
                <th key={id} scope="col" className={id === group.primary ? 'number primary' : 'number'}>
                  {HEADERS[id]} <small className="unit">{unit}</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {group.rows.map((row) => (
              <tr key={row.caseId} className={row.floor ? 'floor' : undefined}>
                <th scope="row">
                  <RowHead row={row} identities={identities} />
                </th>
                {METRICS.map(({ id }) => (
                  <MetricCell key={id} group={group} row={row} id={id} footnotes={footnotes} />
                ))}
              </tr>
            ))}
            {group.unsupported.map(({ name, reason }) => (
              <tr key={name}>
                <th scope="row">
                  <Name>{name}</Name>
                </th>
                <td colSpan={METRICS.length}>
                  <VerdictWord word="not supported" /> {reason}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <Legend group={group} footnotes={footnotes} />
    </>
  );
}

function RowHead({ row, identities }: { row: Row; identities: Identities }) {
  return (
    <span className="row-head">
      <Swatch identity={identities(row.name)} />
      <span className="row-name">
        <Name>{row.name}</Name>
        <small>
          {row.floor ? 'floor: ' : ''}
          <Name>{row.title}</Name>
        </small>
      </span>
    </span>
  );
}

type CellProps = {
  readonly group: Group;
  readonly row: Row;
  readonly id: MetricId;
  readonly footnotes: readonly string[];
};

function MetricCell({ group, row, id, footnotes }: CellProps) {
  const cell = row.cells[id];
  const { metric, best } = group.columns[id];
  if (cell.state === 'not shown') {
    return (
      <td className="number absent" title={cell.reason}>
        <span className="value">not shown</span>
        <sup>{footnotes.indexOf(cell.reason) + 1}</sup>
      </td>
    );
  }
  const leads = row.caseId === best;
  return (
    <td className={`number shade-${row.floor ? 0 : shadeOf(cell.factor)}${leads ? ' leads' : ''}`}>
      <span className="cell-line">
        <span className="value">{inUnit(metric, cell.median)}</span>
        <span className="factor">{cell.factor === null || leads ? '' : ratio(cell.factor)}</span>
      </span>
      <span className="cell-line">
        <span className="interval">{cell.interval === null ? '' : intervalInUnit(metric, cell.interval)}</span>
        <Standing cell={cell} leads={leads} />
      </span>
    </td>
  );
}

function Standing({ cell, leads }: { cell: Extract<Cell, { state: 'shown' }>; leads: boolean }) {
  if (leads) return <span className="verdict">lowest</span>;
  if (cell.verdict === null) return null;
  const { verdict } = cell;
  const detail = 'reason' in verdict ? verdict.reason : (verdictFigures(verdict) ?? '');
  return (
    <span title={detail}>
      <VerdictWord word={verdict.word} />
    </span>
  );
}

/** Half a step of a factor of two each; one hue, more of it the further from the best. */
function shadeOf(factor: number | null): number {
  if (factor === null || factor <= 1.05) return 0;
  return Math.min(7, Math.max(1, Math.round(Math.log2(factor) * 2)));
}

const footnotesOf = ({ rows }: Group): string[] => [
  ...new Set(
    rows.flatMap(({ cells }) =>
      METRICS.flatMap(({ id }) => {
        const cell = cells[id];
        return cell.state === 'not shown' ? [cell.reason] : [];
      }),
    ),
  ),
];

function Legend({ group, footnotes }: { group: Group; footnotes: readonly string[] }) {
  const { columns, rows } = group;
  const intervals = rows.some(({ cells }) =>
    METRICS.some(({ id }) => {
      const cell = cells[id];
      return cell.state === 'shown' && cell.interval !== null;
    }),
  );
  return (
    <div className="note">
      <p>
        Each cell: median over trials{intervals ? ' with its 95 % interval' : ''}, × the column’s lowest choice, and the
        verdict against it. Lower is better in every column. Differences within {tolerance(columns.p99.band)} (bytes{' '}
        {tolerance(columns.bytes.band)}) do not count. {rows.some(({ floor }) => floor) ? FLOOR_NOTE : ''}
      </p>
      {footnotes.length === 0 ? null : (
        <ol className="footnotes">
          {footnotes.map((reason) => (
            <li key={reason}>Not shown: {reason}.</li>
          ))}
        </ol>
      )}
    </div>
  );
}

const FLOOR_NOTE = 'The floor is the harness’s own cost: a yardstick, not a choice.';
