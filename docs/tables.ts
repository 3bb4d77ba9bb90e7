import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COMMANDS } from '../bench/cli/commands/index.ts';
import { flagRows } from '../bench/cli/flags.ts';
import { NAMED } from '../bench/networks/named.ts';
import {
  addressesOf,
  dissectionOf,
  handshakeOf,
  nameOf,
  type TransportChoice,
  transportChoices,
  transports,
  usualPort,
} from '../bench/transports/index.ts';

/**
 * Writes the tables that stand between `<!-- table: Name -->` and `<!-- end of table -->`: one row after another from the section
 * `### Name` of each transport's page, in the order of bench/transports; or, where the name is `Flags of <command>`, the command's
 * flags; or, where it is `Addresses at --url`, the addresses that each transport's module declares; or the named networks; or the round trips of each handshake; or how Wireshark shows each transport. Run it with `npm run docs`; a
 * test fails where a table is stale.
 */
const root = new URL('../', import.meta.url);
const DOCUMENTS = [
  'README.md',
  'docs/command-line.md',
  'docs/compare.md',
  'docs/security.md',
  'docs/limits.md',
  'docs/protocols.md',
  'docs/your-own.md',
  'docs/networks.md',
  'docs/debugging.md',
];
const MARKED = /<!-- table: (.+?) -->\n[\s\S]*?<!-- end of table -->/g;

const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');

/** Rows of the table below a heading, without its head. */
function rowsUnder(page: string, heading: string): { head: readonly string[]; rows: readonly string[] } {
  const [, section = ''] = page.split(`\n### ${heading}\n`);
  const [title = '', rule = '', ...rows] = (section.split(/\n##+ /)[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'));
  return { head: [title, rule], rows };
}

/** Table of that name over all transports. Throws where a page lacks its row or has another head. */
function tableOf(name: string, document: string): string {
  const parts = transports.map(({ id }) => ({ id, ...rowsUnder(read(`docs/transports/${id}.md`), name) }));
  const [first] = parts;
  for (const { id, head, rows } of parts) {
    if (rows.length === 0) throw new Error(`docs/transports/${id}.md has no table under "### ${name}"`);
    if (head.join() !== first?.head.join())
      throw new Error(`docs/transports/${id}.md: the columns of "### ${name}" differ from those of ${first?.id}`);
  }
  // Links in a page are relative to docs/transports.
  const folder = document.startsWith('docs/') ? 'transports/' : 'docs/transports/';
  return [...(first?.head ?? []), ...parts.flatMap(({ rows }) => rows)]
    .map((line) => line.replaceAll(/\]\((?!https?:|\.\.\/)/g, `](${folder}`))
    .join('\n');
}

const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));

/** Table of a command's flags. Throws where there is no such command. */
function flagsTable(name: string, document: string): string {
  const command = commands.find((one) => one.name === name);
  if (command === undefined) throw new Error(`${document} has a table of the flags of ${name}, which is no command`);
  const folder = document.startsWith('docs/') ? '' : 'docs/';
  const linked = (text: string): string =>
    text.replaceAll(/docs\/([\w-]+\.md)/g, (path, file: string) => `[${path}](${folder}${file})`);
  return [
    '| flag | meaning | default |',
    '| ---- | ------- | ------- |',
    ...flagRows(command.flags).map(({ flag, help, usual }) => `| \`${flag}\` | ${linked(help)} | ${usual} |`),
  ].join('\n');
}

/** Table of the addresses that each transport takes; variants with the same ones share a row. */
function addressesTable(): string {
  const rows = transportChoices().flatMap((choice) => {
    const addresses = addressesOf(choice);
    return addresses === undefined ? [] : [{ name: `\`${nameOf(choice)}\``, id: choice.entry.id, addresses }];
  });
  const written = (all: readonly string[]): string => (all.length === 0 ? 'none' : all.join(', '));
  return [
    '| transport | plain | over TLS | used besides host and port | settings (`--option`) |',
    '| --- | --- | --- | --- | --- |',
    ...[...Map.groupBy(rows, ({ id, addresses }) => JSON.stringify([id, addresses])).values()].map((alike) => {
      const { schemes, uses, fragment } = alike[0]!.addresses;
      const those = (tls: boolean): string =>
        written(schemes.filter((one) => one.tls === tls).map(({ name }) => `\`${name}:\``));
      const { targetOptions = {} } = transports.find(({ id }) => id === alike[0]?.id) ?? {};
      const options = Object.entries(targetOptions).map(([name, { help }]) => `\`${name}\`: ${help}`);
      const parts = [...uses, ...(fragment === undefined ? [] : [fragment.words])];
      return `| ${alike.map(({ name }) => name).join(', ')} | ${those(false)} | ${those(true)} | ${written(parts)} | ${options.join('; ')} |`;
    }),
  ].join('\n');
}

/** Table of the named networks. */
const networksTable = (): string =>
  [
    '| network | parts | source |',
    '| --- | --- | --- |',
    ...Object.entries(NAMED).map(([name, { parts, source }]) => `| \`${name}\` | \`${parts}\` | ${source} |`),
  ].join('\n');

/** Steps of a handshake, the round trips in all, and fixed times besides; undefined where there is no formula. */
function handshakeRow(choice: TransportChoice, tls: boolean) {
  const steps = (rttSeconds: number) => handshakeOf(choice, { tls, auth: false, rttSeconds }) ?? [];
  const sum = (rttSeconds: number): number =>
    steps(rttSeconds).reduce((before, { roundTrips }) => before + roundTrips, 0);
  // Over a round trip of a second, what is added are seconds.
  const fixedMs = Math.round((sum(1) - sum(0)) * 1e3);
  const written = steps(0).map(({ step, roundTrips }) => (roundTrips === 1 ? step : `${step} (${roundTrips})`));
  return { steps: written.join(', '), trips: `${sum(0)}${fixedMs > 0 ? ` + ${fixedMs} ms` : ''}` };
}

/** Table of the round trips of each handshake; variants with the same one share a row. */
function roundTripsTable(): string {
  const rows = transportChoices().map((choice) => ({
    name: `\`${nameOf(choice)}\``,
    id: choice.entry.id,
    plain: handshakeRow(choice, false),
    secure: handshakeRow(choice, true),
  }));
  return [
    '| transport | waits for, without TLS | without TLS | over TLS |',
    '| --- | --- | --- | --- |',
    ...[...Map.groupBy(rows, ({ id, plain, secure }) => JSON.stringify([id, plain, secure])).values()].map((alike) => {
      const { plain, secure } = alike[0]!;
      return `| ${alike.map(({ name }) => name).join(', ')} | ${plain.steps} | ${plain.trips} | ${secure.trips} |`;
    }),
  ].join('\n');
}

/** Table of how Wireshark shows each transport; variants that it shows alike share a row. */
function capturesTable(): string {
  const rows = transportChoices().map((choice) => {
    const { filter, preferences = [], sealed } = dissectionOf(choice);
    const ports = [...(choice.entry.tls === undefined ? [false, true] : [false])].map((tls) => usualPort(choice, tls));
    const cells = [
      `\`${filter.replaceAll('|', '\\|')}\``,
      preferences.map((one) => `\`-o ${one}\``).join(', '),
      [...new Set(ports)].join(', '),
      sealed === undefined ? 'yes' : `no: ${sealed.charAt(0).toLowerCase()}${sealed.slice(1, -1)}`,
    ];
    return { name: `\`${nameOf(choice)}\``, id: choice.entry.id, cells };
  });
  return [
    '| transport | display filter | preferences | port, plain and over TLS | messages can be read over TLS |',
    '| --- | --- | --- | --- | --- |',
    ...[...Map.groupBy(rows, ({ id, cells }) => JSON.stringify([id, cells])).values()].map(
      (alike) => `| ${[alike.map(({ name }) => name).join(', '), ...(alike[0]?.cells ?? [])].join(' | ')} |`,
    ),
  ].join('\n');
}

/** Table of that name: of a command's flags, of networks, of handshakes, or over all transports. */
function tableNamed(name: string, document: string): string {
  const [, command] = /^Flags of (\S+)$/.exec(name) ?? [];
  if (command !== undefined) return flagsTable(command, document);
  if (name === 'Addresses at --url') return addressesTable();
  if (name === 'Round trips') return roundTripsTable();
  if (name === 'Captures') return capturesTable();
  return name === 'Named networks' ? networksTable() : tableOf(name, document);
}

/** Text of a document as it should be. */
export const renewed = (document: string): string =>
  read(document).replaceAll(
    MARKED,
    (_, name: string) => `<!-- table: ${name} -->\n${tableNamed(name, document)}\n<!-- end of table -->`,
  );

export const documents: readonly {
  readonly file: string;
  readonly text: () => string;
  readonly renewed: () => string;
}[] = DOCUMENTS.map((file) => ({ file, text: () => read(file), renewed: () => renewed(file) }));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { file, text, renewed: next } of documents) {
    if (text() !== next()) writeFileSync(new URL(file, root), next());
  }
}
