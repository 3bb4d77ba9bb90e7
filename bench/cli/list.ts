import { type ScenarioEntry, scenarios, transports } from '../registry.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';

/** Prints every transport, variant and scenario. */
export function listCommand({ json }: { json: boolean }, io: Io): ExitCode {
  io.out(json ? `${JSON.stringify(catalogue(), null, 2)}\n` : table());
  return EXIT.done;
}

function catalogue() {
  return {
    transports: transports.map(({ id, title, floor = false, capabilities, variants }) => ({
      ...{ id, title, floor, capabilities },
      variants: variants.map((variant) => ({
        ...{ id: variant.id, title: variant.title, options: variant.options },
        capabilities: { ...capabilities, ...variant.capabilities },
      })),
    })),
    scenarios: scenarios.map(({ id, title, kind, usual, defaults }) => ({ id, title, kind, usual, defaults })),
  };
}

function table(): string {
  const rows = transports.flatMap(({ id, title, floor, capabilities, variants }) => [
    [id, title, floor ? 'floor: the harness’s own cost' : describe(capabilities)],
    ...variants.map((variant) => [
      `${id}:${variant.id}`,
      variant.title,
      variant.capabilities === undefined ? '' : describe({ ...capabilities, ...variant.capabilities }),
    ]),
  ]);
  const lines = [
    'Transports (--transports)',
    ...columns(rows),
    '',
    'Scenarios (--scenarios)',
    ...columns(scenarios.map(({ id, title, usual, defaults }) => [id, title, describeDefaults(defaults, usual)])),
  ];
  return `${lines.join('\n')}\n`;
}

function describe({ binary, ordered, reliable, upstream }: (typeof transports)[number]['capabilities']): string {
  const up = upstream === 'connection' ? 'up on its connection' : 'up by requests';
  return [
    binary ? 'text and binary' : 'text',
    up,
    ...(ordered ? [] : ['unordered']),
    ...(reliable ? [] : ['lossy']),
  ].join(', ');
}

function describeDefaults({ clients, rate, sizes }: ScenarioEntry['defaults'], usual: boolean): string {
  return [
    `${clients} client${clients === 1 ? '' : 's'}`,
    ...(rate === 0 ? [] : [`${rate} msg/s`]),
    ...(sizes.length === 0 ? [] : [`${sizes.join(', ')} B`]),
    ...(usual ? [] : ['only when named']),
  ].join(', ');
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}
