import { Heads, Name } from './parts.tsx';

type SumsTableProps = {
  readonly caption: string;
  /** Heads of the columns after that of the transport. */
  readonly heads: readonly string[];
  readonly rows: readonly { readonly key: string; readonly name: string; readonly cells: readonly string[] }[];
};

/** Table of a figure's values, a row for each transport. */
export function SumsTable({ caption, heads, rows }: SumsTableProps) {
  return (
    <table className="sums">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Transport</th>
          <Heads of={heads} />
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, cells }) => (
          <tr key={key}>
            <th scope="row">
              <Name>{name}</Name>
            </th>
            {cells.map((cell, at) => (
              <td key={heads[at]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
