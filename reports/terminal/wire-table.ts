import { particularName, wireTakeaway } from '../analysis/figures/wire.ts';
import { hundredths, integer, printable, signed, signedShare } from '../model/format.ts';
import type { Beside, WireRow } from '../model/model.ts';
import { bare, paints, proseWidth } from './paint.ts';
import { type TextColumn, table } from './table.ts';
import { hanging, wrap } from './text.ts';

export type WireTableOptions = { readonly width: number; readonly paintHeader?: (text: string) => string };

/** Table of theory and measurement, with one line per direction of each transport and size. */
export function wireTable(
  rows: readonly WireRow[],
  { width, paintHeader = paints(false).dim }: WireTableOptions,
): string[] {
  const lines = rows.flatMap((row) => (['up', 'down'] as const).map((way) => ({ row, way, counted: row[way] })));
  const linked = lines.some(({ counted }) => counted?.link != null);
  const column = (
    header: string,
    drop: number | null,
    text: (line: (typeof lines)[number]) => string,
    align: TextColumn['align'] = 'right',
  ): TextColumn => ({
    header,
    align,
    ...(drop === null ? {} : { drop }),
    cells: lines.map((line) => bare(printable(text(line)))),
  });
  const socket = (read: (side: Beside) => string) => (line: (typeof lines)[number]) =>
    line.counted?.socket == null ? '—' : read(line.counted.socket);
  const link = (read: (side: Beside) => string) => (line: (typeof lines)[number]) =>
    line.counted?.link == null ? '—' : read(line.counted.link);
  const packets = (read: (line: NonNullable<NonNullable<WireRow['up']>['link']>) => string) => {
    return (line: (typeof lines)[number]) => (line.counted?.link == null ? '—' : read(line.counted.link));
  };
  const columns = [
    column('transport', null, ({ row }) => particularName(row), 'left'),
    column('size', 8, ({ row }) => integer(row.size)),
    column('way', null, ({ way }) => way, 'left'),
    column('theory B', 7, socket(theoryText)),
    column('socket B', null, socket(measuredText)),
    column('Δ B', null, socket(differenceText)),
    column('Δ %', 3, socket(shareText)),
    ...(linked
      ? [
          column('theory link', 4, link(theoryText)),
          column('link B', 6, link(measuredText)),
          column('Δ B link', 5, link(differenceText)),
          column('Δ % link', 1, link(shareText)),
          column(
            'packets',
            2,
            packets(({ packets: { forData } }) => (forData === null ? '—' : hundredths(forData))),
          ),
          column(
            'more',
            2,
            packets(({ packets: { more } }) => (more === null ? '—' : signed(more))),
          ),
        ]
      : []),
  ];
  return table(columns, width, paintHeader);
}

/** Table preceded by its conclusion and followed by an explanation of its columns; empty if no case is of this kind. */
export function wireReport(rows: readonly WireRow[], options: WireTableOptions): string[] {
  if (rows.length === 0) return [];
  const prose = proseWidth(options.width);
  const missing = rows.flatMap(({ name, size, reason }) =>
    reason === null ? [] : [`${name} at ${integer(size)} B: ${reason}.`],
  );
  const linked = rows.some(({ up, down }) => up?.link != null || down?.link != null);
  return [
    ...wrap(printable(wireTakeaway(rows)), prose),
    '',
    ...wireTable(rows, options),
    ...wrap(linked ? LINK_NOTE : SOCKET_NOTE, prose),
    ...missing.flatMap((text) => hanging(printable(text), prose)),
  ];
}

const SOCKET_NOTE =
  'Figures are per message, with one message exchanged at a time. Bytes are counted at the sockets, without TCP/IP, because no private link carried them.';
const LINK_NOTE =
  'Figures are per message, with one message exchanged at a time. Link bytes include the Ethernet, IP and TCP or UDP headers of every ' +
  'packet. “packets” is the number that the data alone fill; “more” counts separate acknowledgements and split writes.';

const theoryText = ({ theory }: Beside): string => (theory === null ? 'no formula' : hundredths(theory));
const measuredText = ({ measured }: Beside): string => hundredths(measured);
const differenceText = ({ difference }: Beside): string => (difference === null ? '—' : signed(difference));
const shareText = ({ share }: Beside): string => (share === null ? '—' : signedShare(share));
