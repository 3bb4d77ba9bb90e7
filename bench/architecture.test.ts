import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { inBrowserOf, transports } from './transports/index.ts';

/** Parts of `bench` that servers may use: the contract, codecs, limits and measuring aids. */
const SERVER_AIDS = [
  'bench/contract.ts',
  'bench/error-text.ts',
  'bench/limits.ts',
  'bench/codec',
  'bench/ipc.ts',
  'bench/memory.ts',
  'bench/meter.ts',
  'bench/native',
  'bench/results/command.ts',
  'bench/security/identity.ts',
];
/** Rooms that everything that judges or shows results may use. */
const JUDGED = ['bench/results', 'reports/stats', 'reports/model', 'reports/kinds', 'reports/analysis'];

/** The arrows of the house: which room may import from which. A room is the longest prefix listed here. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  'bench/contract.ts': [],
  'bench/error-text.ts': [],
  'bench/alarm.ts': [],
  'bench/codec': ['bench/contract.ts'],
  'bench/ipc.ts': ['bench/error-text.ts'],
  'bench/memory.ts': [],
  'bench/native': ['bench/codec/bytes.ts', 'bench/error-text.ts', 'bench/results/command.ts'],
  'bench/meter.ts': [],
  'bench/limits.ts': ['bench/contract.ts'],
  // A transport's module is built from the checks' tools; no tool knows a transport.
  'bench/transports': [
    'bench/contract.ts',
    'bench/codec',
    'bench/native',
    'bench/results/values.ts',
    'bench/checks/theory',
    'bench/checks/micro/chain.ts',
    'bench/checks/micro/memory-socket.ts',
    'bench/checks/abuse/tools',
    'bench/checks/fuzz/tools',
  ],
  'bench/results': ['bench/error-text.ts'],
  'bench/security': ['bench/contract.ts'],
  'bench/plan': [
    'bench/contract.ts',
    'bench/networks',
    'bench/transports',
    'bench/scenarios',
    'bench/codec',
    'bench/results',
    'bench/security/redact.ts',
    'bench/security/template.ts',
  ],
  'bench/networks': [
    'bench/alarm.ts',
    'bench/ipc.ts',
    'bench/plan/readers.ts',
    'bench/results/dimensions.ts',
    'bench/results/time.ts',
  ],
  'bench/load': [
    'bench/alarm.ts',
    'bench/contract.ts',
    'bench/error-text.ts',
    'bench/codec',
    'bench/ipc.ts',
    'bench/memory.ts',
    'bench/meter.ts',
    'bench/results/rules.ts',
    'bench/results/numbers.ts',
    'bench/results/values.ts',
    'bench/security/redact.ts',
    'clients/platform',
    'clients/shared/back-off.ts',
  ],
  'bench/run': [
    'bench/contract.ts',
    'bench/codec',
    'bench/networks',
    'bench/error-text.ts',
    'bench/ipc.ts',
    'bench/limits.ts',
    'bench/security',
    'bench/load',
    'bench/plan',
    'bench/transports',
    'bench/results',
    'bench/scenarios',
  ],
  'bench/agents': ['bench/error-text.ts', 'bench/load', 'bench/results', 'bench/run', 'bench/scenarios/shape.ts'],
  // The lab's page knows of its server the types of their messages.
  'bench/lab/protocol.ts': ['bench/lab/proxy/path.ts', 'bench/lab/proxy/watch.ts'],
  'bench/lab': [
    'bench/contract.ts',
    'bench/codec',
    'bench/error-text.ts',
    'bench/limits.ts',
    'bench/load/histogram.ts',
    'bench/networks',
    'bench/results',
    'bench/run',
    'bench/security',
    'bench/transports',
  ],
  'bench/scenarios': [
    'bench/contract.ts',
    'bench/networks',
    'bench/codec',
    'bench/load',
    'bench/networks/network.ts',
    'bench/transports',
    'bench/results',
    'bench/run',
    'bench/checks/theory',
  ],
  'bench/checks/theory': ['bench/limits.ts'],
  'bench/checks/doctor': ['bench/error-text.ts', 'bench/networks', 'bench/results', 'bench/run'],
  'bench/checks/micro/chain.ts': [],
  'bench/checks/micro/memory-socket.ts': [],
  'bench/checks/micro': [
    'bench/ipc.ts',
    'bench/limits.ts',
    'bench/codec',
    'bench/load',
    'bench/results',
    'bench/run',
    'bench/transports',
  ],
  'bench/checks/instrument': [],
  'bench/checks/aa': ['bench/contract.ts', 'servers/application.ts'],
  'bench/checks/crosscheck': [
    'bench/contract.ts',
    'bench/error-text.ts',
    'bench/ipc.ts',
    'bench/limits.ts',
    'bench/codec',
    'bench/load',
    'bench/results',
    'bench/run',
    'bench/transports',
    'clients/platform',
  ],
  'bench/checks/abuse/tools': ['bench/contract.ts'],
  'bench/checks/abuse': [
    'bench/contract.ts',
    'bench/error-text.ts',
    'bench/testing/patience.ts',
    'bench/ipc.ts',
    'bench/codec',
    'bench/limits.ts',
    'bench/transports',
    'bench/run',
    'bench/security',
    'clients/platform',
  ],
  'bench/checks/fuzz/tools': ['bench/contract.ts', 'bench/codec', 'bench/native', 'bench/security/identity.ts'],
  'bench/checks/fuzz': [
    'bench/contract.ts',
    'bench/error-text.ts',
    'bench/testing/patience.ts',
    'bench/transports',
    'clients/platform',
  ],
  'bench/checks/conformance': [
    'bench/contract.ts',
    'bench/error-text.ts',
    'bench/codec',
    'bench/ipc.ts',
    'bench/limits.ts',
    'bench/results/values.ts',
    'bench/run/child.ts',
    'bench/run/runtimes',
    'bench/testing/kit.ts',
    'bench/testing/patience.ts',
    'bench/transports',
    'clients/platform',
    'servers/application.ts',
  ],
  'bench/checks/security/testing': [
    'bench/contract.ts',
    'bench/limits.ts',
    'bench/transports',
    'bench/testing/kit.ts',
    'bench/security',
    'bench/testing',
    'clients/platform',
  ],
  'bench/testing/kit.ts': [
    'bench/contract.ts',
    'bench/limits.ts',
    'bench/run/link.ts',
    'bench/run/scale/redis.ts',
    'bench/testing/patience.ts',
    'servers/application.ts',
  ],
  'bench/testing/browser/lying-page.ts': ['bench/contract.ts', 'bench/load/browser', 'bench/testing/faults'],
  'bench/testing/browser/remote-protocol.ts': ['bench/contract.ts', 'clients/shared/base64.ts'],
  'bench/testing/browser/remote-page.ts': [
    'bench/contract.ts',
    'bench/error-text.ts',
    'bench/testing/browser/remote-protocol.ts',
    'clients/platform/browser.ts',
  ],
  'bench/testing': [
    'bench/agents',
    'bench/transports',
    'bench/contract.ts',
    'bench/error-text.ts',
    'bench/ipc.ts',
    'bench/limits.ts',
    'bench/networks',
    'bench/codec',
    'bench/load',
    'bench/networks',
    'bench/plan',
    'bench/run',
    'bench/results',
    'bench/transports',
    'bench/scenarios',
    'bench/security',
    'bench/cli',
    'bench/cli.ts',
    'clients/platform',
    'servers/application.ts',
  ],
  'bench/cli': ['bench', 'servers', 'reports'],
  'bench/cli.ts': ['bench', 'servers', 'reports'],
  servers: ['servers/shared', ...SERVER_AIDS],
  'servers/shared': SERVER_AIDS,
  clients: ['clients/shared', 'bench/contract.ts', 'bench/error-text.ts', 'bench/codec'],
  // The lab's page, which is made with the hooks.
  'clients/lab': ['clients/react', 'bench/contract.ts', 'bench/codec', 'bench/lab/protocol.ts'],
  'clients/shared': ['bench/contract.ts', 'bench/error-text.ts', 'bench/codec'],
  'clients/react': ['clients', 'bench/contract.ts', 'bench/error-text.ts'],
  'clients/platform': ['bench/contract.ts', 'bench/codec', 'bench/native', 'clients/shared/address.ts'],
  'reports/stats': ['bench/results'],
  'reports/model': ['reports/stats', 'bench/results'],
  'reports/kinds': ['reports/stats', 'reports/model', 'bench/results'],
  'reports/analysis/figures': ['reports/stats', 'reports/model', 'reports/kinds', 'reports/analysis', 'bench/results'],
  'reports/analysis/trust': ['reports/stats', 'reports/model', 'reports/kinds', 'bench/results'],
  'reports/analysis': ['reports/stats', 'reports/model', 'reports/kinds', 'bench/results'],
  'reports/compare': [...JUDGED],
  'reports/advice': [...JUDGED],
  'reports/raw': [...JUDGED],
  'reports/terminal': [...JUDGED, 'reports/compare', 'reports/advice'],
  'reports/markdown': [...JUDGED, 'reports/compare', 'reports/advice'],
  'reports/page/parts': [...JUDGED],
  'reports/page/charts': [...JUDGED, 'reports/page/parts'],
  'reports/page/figures': [...JUDGED, 'reports/page/parts', 'reports/page/charts'],
  'reports/page/comparison': [...JUDGED, 'reports/compare', 'reports/page/parts', 'reports/page/charts'],
  'reports/page/sections': [
    ...JUDGED,
    'reports/advice',
    'reports/raw',
    'reports/page/parts',
    'reports/page/charts',
    'reports/page/figures',
  ],
  'reports/page/document': [
    ...JUDGED,
    'reports/compare',
    'reports/advice',
    'reports/raw',
    'reports/page/parts',
    'reports/page/charts',
    'reports/page/figures',
    'reports/page/comparison',
    'reports/page/sections',
    'reports/page/live',
  ],
  'reports/page/live': [
    ...JUDGED,
    'reports/compare',
    'reports/advice',
    'reports/raw',
    'reports/markdown',
    'reports/page/parts',
    'reports/page/charts',
    'reports/page/figures',
    'reports/page/comparison',
    'reports/page/document/embedded-data.ts',
  ],
  'reports/page/testing': [
    'reports',
    'bench/results',
    'bench/testing/needs.ts',
    'bench/testing/patience.ts',
    'bench/testing/sources.ts',
  ],
  'reports/testing': ['bench/results', 'reports'],
  'reports/report.ts': ['reports', 'bench/results'],
};

/** Client files that need Node: protocols that no browser speaks, and the platform. */
const NODE_CLIENTS = [
  'clients/platform/node.ts',
  'clients/platform/sockets.ts',
  'clients/platform/webtransport.ts',
  ...transports
    .filter((entry) => [null, ...entry.variants].every((variant) => inBrowserOf({ entry, variant }).speaks === 'never'))
    .map(({ id }) => `clients/${id}.ts`),
];

const root = fileURLToPath(new URL('..', import.meta.url));
const files = ['bench', 'servers', 'clients', 'reports'].flatMap(sources);
const imports = new Map(files.map((file) => [file, importsOf(file)]));

describe('the house', () => {
  test('every file is in a room', () => {
    expect(files.filter((file) => roomOf(file) === undefined)).toEqual([]);
    expect(files.length).toBeGreaterThan(60);
  });

  test('arrows point where they may', () => {
    const wrong: string[] = [];
    for (const [file, targets] of imports) {
      const room = roomOf(file)!;
      for (const target of targets.filter((one) => one.startsWith('.'))) {
        const path = relative(root, join(root, dirname(file), target));
        const allowed = [room, ...ARROWS[room]!].some((place) => path === place || path.startsWith(`${place}/`));
        if (!allowed) wrong.push(`${file} → ${path}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('no file imports itself by way of others', () => {
    const circles: string[] = [];
    const done = new Set<string>();
    const walk = (file: string, trail: readonly string[]): void => {
      if (trail.includes(file)) return void circles.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
      if (done.has(file)) return;
      for (const target of imports.get(file) ?? []) {
        if (target.startsWith('.')) walk(relative(root, join(root, dirname(file), target)), [...trail, file]);
      }
      done.add(file);
    };
    for (const file of files) walk(file, []);
    expect(circles).toEqual([]);
  });

  test('clients that a browser could run import nothing of Node', () => {
    const clients = files.filter((file) => file.startsWith('clients/') && !NODE_CLIENTS.includes(file));
    expect(clients.length).toBeGreaterThan(5);
    for (const file of clients) expect(imports.get(file)!.filter((target) => target.startsWith('node:'))).toEqual([]);
  });

  test('the table of dimensions, which is a part of every page, imports nothing', () => {
    expect(imports.get('bench/results/dimensions.ts')).toEqual([]);
    expect(imports.get('bench/results/case.ts')).toEqual(['./dimensions.ts']);
  });

  test('the README names every transport', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    for (const { id } of transports) expect(readme).toMatch(new RegExp(`^\\| \`${id}\` +\\|`, 'm'));
    expect(readme.trimEnd().split('\n').length).toBeLessThan(200);
  });

  test('only the command line reads the arguments', () => {
    const readers = files.filter((file) => /process\.argv/.test(readFileSync(join(root, file), 'utf8')));
    expect(readers.filter((file) => file !== 'bench/cli.ts')).toEqual([]);
  });
});

describe('the tree of packages', () => {
  const packages = installed(join(root, 'node_modules'));

  test('there is one copy of ws, or the transports that use it are not equal', () => {
    expect(packages.filter(({ name }) => name === 'ws')).toHaveLength(1);
  });

  // Earlier versions have known ways to crash the server or exhaust its memory.
  test.each([
    ['ws', '8.23.0'],
    ['socket.io-parser', '4.2.7'],
    ['engine.io', '6.6.12'],
    ['aedes', '1.2.0'],
    ['aedes-persistence', '11.0.0'],
  ])('%s is at least %s', (name, floor) => {
    const found = packages.filter((one) => one.name === name);
    expect(found.length).toBeGreaterThan(0);
    for (const { version } of found) expect(compareVersions(version, floor)).toBeGreaterThanOrEqual(0);
  });
});

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => /\.tsx?$/.test(name) && !/\.test(-d)?\.tsx?$/.test(name) && !name.startsWith('reports/runs'));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return Array.from(text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g), ([, target]) => target!);
}

function roomOf(file: string): string | undefined {
  return Object.keys(ARROWS)
    .filter((room) => file === room || file.startsWith(`${room}/`))
    .toSorted((a, b) => b.length - a.length)[0];
}

function installed(folder: string): { name: string; version: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^|node_modules\/)(@[^/]+\/)?[^/]+\/package\.json$/.test(path))
    .map((path) => JSON.parse(readFileSync(join(folder, path), 'utf8')) as { name: string; version: string });
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (const index of [0, 1, 2]) {
    const difference = (left![index] ?? 0) - (right![index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
