import { expect, test } from 'vitest';
import { advise } from '../advice/advise.ts';
import type { Answers } from '../advice/model.ts';
import { EQUAL } from '../advice/questions/criteria.ts';
import { analyse } from '../analysis/analyse.ts';
import { BROADCAST, ECHO, IDLE, makeResults, type RunSpec, SEVEN } from '../testing/fixtures.ts';
import { decisionRecord } from './decision-record.ts';

const anything: Answers = {
  preset: null,
  needs: [],
  objective: null,
  weights: EQUAL,
  judged: [],
  judgement: true,
  load: { scenario: null, preferred: null, clients: null, rate: null, size: null },
};

function recordOf(spec: RunSpec, answers: Partial<Answers> = {}, command = 'npm run choose -- results.json'): string {
  const results = makeResults(spec);
  const measured = { results, analysis: analyse(results, { resamples: 300 }) };
  return decisionRecord(advise(measured, { ...anything, ...answers }, { draws: 300 }), { command });
}

const sections = (text: string): string[] => [...text.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title);

test('a record has everything that somebody needs who was not there', () => {
  const text = recordOf(
    { transports: SEVEN, scenarios: [ECHO, BROADCAST] },
    { preset: 'dashboard', needs: ['browser', 'http-only'], objective: { percentile: 99, seconds: 0.05 } },
  );
  expect(text.split('\n')[0]).toBe('# Which real-time transport: Use sse.');
  expect(sections(text)).toEqual([
    ...[
      'Context',
      'Needs',
      'Weights',
      'Result',
      'Ruled out',
      'Not measured in this run, but meeting the needs by the facts alone',
    ],
    ...['How sure', 'What would change the answer', 'Warnings', 'How to repeat it'],
  ]);
  expect(text).toContain('run `2026-11-23T06-18-00Z-fixture`, Valid');
  expect(text).toContain('- **Use:** Live dashboard');
  expect(text).toContain('- **Objective:** p99 ≤ 50 ms');
  expect(text).toContain('- **Not covered by the figures:** One machine, over loopback');
  expect(text).toMatch(/^\| tail latency \| \d+ % \| measured \|$/m);
  expect(text).toMatch(/^\| simplicity of running it \| \d+ % \| judgement \|$/m);
  expect(text).toMatch(/^\| Use \| `sse` .* \| 1\.00× \|/m);
  expect(text).toMatch(
    /^- ~~`ws`~~ fails “proxies that pass only plain HTTP”: .*\(\[RFC 9110 §7\.8\]\(https:\/\/www\.rfc-editor\.org\/rfc\/rfc9110#section-7\.8\), specification\)$/m,
  );
  expect(text).toMatch(/^- \*\*Measurement:\*\* With the trials resampled 300 times/m);
  expect(text).toMatch(/^- \*\*Preference:\*\* With the weights varied 300 times/m);
  expect(text).toContain('npm run choose -- results.json');
});

test('whatever was weighed stands in a table, and whose judgement it was', () => {
  const text = recordOf(
    { transports: SEVEN },
    { needs: ['browser'], judged: [{ transport: 'ws', criterion: 'features', level: 2 }] },
  );
  expect(text).toContain('- **browser clients**: Do clients run in web pages, without a gateway of their own? Yes.');
  expect(text).toMatch(/^- \*\*Measured on:\*\* Invented CPU @ 2\.50GHz, 2 cores, linux 6\.8\.0, Node v24\.21\.0$/m);
  expect(text).toContain(
    '- `ws`, reconnecting and other features: 2 (yours; the authors’: 3, you write reconnecting, heartbeats',
  );
  const [head = '', , first = ''] = text.slice(text.indexOf('| | tail latency (measured)')).split('\n');
  expect(head.split('|')).toHaveLength(first.split('|').length);
  expect(first).toMatch(/^\| `ws` \| 0\.\d+ ms \(1\.00×\) \| .* \| 1 \| 2 \(yours\) \|$/);
  const idle = { transport: 'sse', criterion: 'simplicity', level: 3 } as const;
  const unweighed = recordOf({ transports: SEVEN }, { judged: [idle], weights: { ...EQUAL, simplicity: 0 } });
  expect(unweighed).toMatch(
    /^- `sse`, simplicity of running it: 3 \(yours; the authors’: 1, .*; this criterion has no weight\)$/m,
  );
  // A measured figure is called measured only once.
  expect(text).not.toContain('measured in this run, measured');
  expect(text).toMatch(/^- No measured transport is left with any one of these needs in addition: “/m);
});

test('who is alone stands there by its needs, and no certainty is claimed from draws', () => {
  const text = recordOf({ transports: SEVEN }, { needs: ['graphql'] });
  expect(text).toMatch(
    /^- For it: an existing GraphQL schema: .* \(\[GraphQL specification .*\]\(https:.*\), specification\)$/m,
  );
  expect(text).toContain('- **Measurement:** It decides nothing, because there is no other candidate.');
  expect(text).not.toContain('100 %');
});

test('where nothing is recommended it says so and claims no certainty', () => {
  const text = recordOf(
    { transports: SEVEN, scenarios: [IDLE] },
    { load: { ...anything.load, clients: 1e5, rate: 0 } },
  );
  expect(text.split('\n')[0]).toBe('# Which real-time transport: No advice: the load is outside the measured range.');
  expect(sections(text)).not.toContain('How sure');
  expect(text).toContain('No decision could be based on measurements of 2026-11-23');
  expect(text).not.toContain('Cost is the weighted');
  expect(text).not.toMatch(/^\| Use/m);
});

test('names are text, whatever they look like', () => {
  const evil = '</script><img src=x onerror=alert(1)>\n# [click](javascript:alert(1)) | `x` \u001b[31m\u202e';
  const text = recordOf(
    { transports: { ws: { title: evil }, mqtt: {}, [evil]: {} }, environment: { cpu: evil } },
    {},
    `npm run choose -- '${evil}\`\`\`'`,
  );
  const [prose = '', fenced = ''] = text.split('## How to repeat it');
  // Outside code no tag begins, no link is made, no heading is added, and no row of a table is broken.
  const outside = prose.replace(/^```\n[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
  expect(outside).not.toMatch(/<(?!br)/);
  expect(outside).not.toMatch(/(?<!\\)\[click(?<!\\)\]/);
  expect(prose.match(/^# /gm)).toHaveLength(1);
  for (const row of prose.split('\n').filter((line) => line.startsWith('| Use') || line.startsWith('| Consider'))) {
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
  }
  expect(fenced.match(/```/g)).toHaveLength(2);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
  expect(text).not.toMatch(/[\u001b\u202e]/);
});
