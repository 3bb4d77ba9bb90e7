import { countOf, integer, list } from '../../../reports/model/format.ts';
import { proseWidth } from '../../../reports/terminal/paint.ts';
import { type TextColumn, table } from '../../../reports/terminal/table.ts';
import { wrap } from '../../../reports/terminal/text.ts';
import { quoted } from '../../results/command.ts';
import { type PacketGroup, rangesOf } from '../../run/capture/groups.ts';

/** Document of `capture --json`. */
export interface CaptureDocument {
  readonly schema: 'wirebench-capture/1';
  readonly file: string;
  /** `transport` or `transport:variant`. */
  readonly transport: string;
  readonly size: number;
  readonly count: number;
  readonly encoding: 'text' | 'binary';
  readonly tls: boolean;
  readonly auth: string | null;
  readonly network: string;
  readonly url: string;
  /** Display filter for Wireshark. */
  readonly filter: string;
  /** Preferences of Wireshark that the transport needs, as its flag -o takes them. */
  readonly preferences: readonly string[];
  /** Number of TLS secrets in the capture. */
  readonly keys: number;
  /** Reason why messages stay encrypted; null if they do not. */
  readonly sealed: string | null;
  readonly packets: number;
  readonly bytes: number;
  /** Number of packets that the network dropped. */
  readonly dropped: number;
  /** Number of packets that had no room in the capture. */
  readonly leftOut: number;
  /** Numbers of the messages whose echo did not come. */
  readonly lost: readonly number[];
  readonly groups: readonly PacketGroup[];
}

/** Maximum number of groups that are shown one by one; the others are in the capture's comments. */
const MAX_GROUPS = 20;

/** Maximum number of ranges of packets that are shown of a group. */
const MAX_RANGES = 5;

/** Says what is in a capture and how to open it. @param file its path as the user wrote it */
export function captureText(document: CaptureDocument, file: string, width: number): string {
  const { transport, size, count, bytes, packets, filter, preferences, groups } = document;
  const prose = (text: string): string[] => wrap(text, proseWidth(width));
  const shown = groups.length > MAX_GROUPS ? [...groups.slice(0, MAX_GROUPS - 1), ...groups.slice(-1)] : groups;
  const column = (header: string, align: TextColumn['align'], textOf: (group: PacketGroup) => string): TextColumn => ({
    header,
    align,
    cells: shown.map((group) => ({ text: textOf(group), paint: asIs })),
  });
  return [
    ...prose(
      `${file}: ${countOf(count, 'message')} of ${integer(size)} bytes over ${transport} and back, in ${countOf(packets, 'packet')} of ${integer(bytes)} bytes.`,
    ),
    ...[...secrets(document), ...notes(document)].flatMap(prose),
    '',
    ...table(
      [
        column('what', 'left', ({ name }) => name),
        column('bytes', 'right', (group) => integer(group.bytes)),
        column('packets', 'left', (group) => packetsOf(group)),
      ],
      width,
      asIs,
    ),
    ...(shown.length < groups.length
      ? [`${groups.length - shown.length} more groups are in the packets’ comments.`]
      : []),
    '',
    'Open it:',
    ['wireshark', '-r', quoted(file), ...preferences.flatMap((one) => ['-o', one]), '-Y', quoted(filter)].join(' '),
    '',
    'Only what belongs to a message: frame.comment contains "message 1"',
    '',
  ].join('\n');
}

/** Numbers of a group's packets; of many ranges the first ones, and the number of packets. */
function packetsOf({ packets }: PacketGroup): string {
  const ranges = rangesOf(packets).split(', ');
  if (ranges.length <= MAX_RANGES) return ranges.join(', ');
  return `${ranges.slice(0, MAX_RANGES - 1).join(', ')}, … (${integer(packets.length)})`;
}

const asIs = (text: string): string => text;

/** Sentences about encryption. */
function secrets({ tls, keys, sealed }: CaptureDocument): string[] {
  if (sealed !== null) return [sealed];
  if (tls && keys > 0) return ['It is encrypted, and the capture has its keys: Wireshark decrypts it by itself.'];
  return [];
}

/** Sentences about what is missing. */
function notes({ dropped, leftOut, lost }: CaptureDocument): string[] {
  return [
    ...(dropped === 0 ? [] : [`The network dropped ${countOf(dropped, 'packet')}; their comments say so.`]),
    ...(leftOut === 0 ? [] : [`The last ${countOf(leftOut, 'packet')} had no room: a capture holds 16 MiB.`]),
    ...(lost.length === 0
      ? []
      : [`No echo came of ${lost.length === 1 ? 'message' : 'messages'} ${list(lost.map(String), 'and')}.`]),
  ];
}
