import { expect, test } from 'vitest';
import { readOptions } from '../../plan/options.ts';
import { makePlan } from '../../plan/plan.ts';
import { loopback } from '../../run/link.ts';
import { planProcesses } from '../../run/scale/processes.ts';
import { loadProcesses, serverProcessLines } from './server-processes.ts';

function said(settings: Readonly<Record<string, string>>) {
  const given = Object.entries(settings).map(([name, value]) => [name, { value, where: `--${name}` }]);
  const read = readOptions(Object.fromEntries(given));
  if ('problems' in read) throw new Error(read.problems.join());
  const plan = makePlan(read.options);
  const fitted = planProcesses(
    plan.cases,
    { workers: 1, asked: false, servers: read.options.servers },
    { files: 20_000 },
  );
  if ('problems' in fitted) throw new Error(fitted.problems.join());
  const more = fitted.all.filter(({ servers, workers }) => servers > 1 || workers > 1);
  const resources = {
    link: loopback(),
    workers: 1,
    pinning: undefined,
    ways: [],
    runId: 'AAAA',
    variables: { passed: {}, kept: [], dropped: [] },
    roots: { proc: '', sys: '' },
    limits: { cores: null, memoryBytes: null },
    processes: new Map(more.map(({ planned: { id }, ...one }) => [id, { ...one, pinning: undefined }])),
  };
  return { load: loadProcesses(plan, resources), lines: serverProcessLines(plan, resources) };
}

test('a plan says nothing of the usual processes', () => {
  expect(said({ transports: 'ws,sse', scenarios: 'echo' })).toEqual({ load: '1 load process', lines: [] });
});

test('it says which cases have several servers, and why', () => {
  expect(said({ transports: 'ws', scenarios: 'idle', clients: '10,100000' })).toEqual({
    load: '1 or 6 load processes',
    lines: ['6 server processes on one port, because one may not open enough files: ws/idle/c100000/text.'],
  });
});

test('and which have one all the same', () => {
  const { lines } = said({ transports: 'ws,long-polling,sse', scenarios: 'echo', clients: '10', servers: '3' });
  expect(lines).toEqual([
    '3 server processes on one port: ws/echo/c10/r1000/s128/text.',
    expect.stringMatching(
      /^Only one server process: long-polling\/.*: a session of long-polling uses several connections/,
    ),
    expect.stringMatching(
      /^Only one server process: sse\/.*: sse sends messages over further connections.*without --servers\.$/,
    ),
  ]);
});
