import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { factsOf } from '../../../reports/advice/facts/index.ts';
import { CRITERIA, type Weights } from '../../../reports/advice/questions/criteria.ts';
import {
  BLANK,
  type Draft,
  draftFrom,
  EVEN,
  linkOf,
  readDraft,
  withPreset,
} from '../../../reports/advice/questions/draft.ts';
import { flagsOf } from '../../../reports/advice/questions/flags.ts';
import { NEEDS } from '../../../reports/advice/questions/needs.ts';
import { PRESETS } from '../../../reports/advice/questions/presets.ts';
import { BROADCAST, ECHO, makeResults, SEVEN } from '../../../reports/testing/fixtures.ts';
import { writeResults } from '../../results/file.ts';
import { wirebench } from '../../testing/in-process.ts';
import { transports } from '../../transports/index.ts';
import { type AnswerTexts, readAnswers } from '../choose/answers.ts';
import { askAnswers } from '../choose/questions.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-choose-'));
const file = join(folder, 'results.json');
writeResults(file, makeResults({ transports: SEVEN, scenarios: [ECHO, BROADCAST], trials: 6 }));
afterAll(() => rmSync(folder, { recursive: true }));

const choose = (...flags: string[]) => wirebench(['choose', ...flags]);

describe('the command', () => {
  test('advises by flags without asking, and prints only to stdout', async () => {
    const { code, stdout, stderr } = await choose(file, '--preset', 'dashboard', '--need', 'browser,http-only');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Use sse\.\n/);
    expect(stderr).toBe('');
    expect(stdout).not.toContain('\u001b');
  });

  test('asks nothing without a terminal', async () => {
    const { code, stdout, stderr } = await choose(file);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Use ws\.\n/);
    expect(stderr).toBe('');
  });

  test('writes one document, identical each time, and a decision record', async () => {
    const record = join(folder, 'decision.md');
    const flags = [
      file,
      '--preset',
      'chat',
      '--slo',
      'p99<20ms',
      '--weights',
      'p99:50,bytes:20',
      '--no-judgement',
      '--json',
    ];
    const [one, again] = [await choose(...flags, '--markdown', record), await choose(...flags)];
    expect(again.stdout).toBe(one.stdout);
    expect(JSON.parse(one.stdout)).toMatchObject({
      schema: 'wirebench-advice/1',
      outcome: 'use',
      recommended: ['ws'],
      answers: { preset: 'chat', judgement: false, objective: { percentile: 99, seconds: 0.02 } },
    });
    expect(one.stderr).toBe(`Decision record: ${record}\n`);
    expect(readFileSync(record, 'utf8')).toContain(`npm run choose -- ${file} --preset chat --slo 'p99<20ms'`);
  });

  test('reports every problem at once', async () => {
    const { code, stdout, stderr } = await choose(
      ...[join(folder, 'none.json'), '--preset', 'chatt', '--need', 'binray,upstream,push-only', '--clients', '-4'],
      ...['--slo', 'p95<3ms', '--weights', 'p99:1,foo:3,bytes:x', '--seed', 'q', '--scenario', 'idle'],
    );
    expect(code).toBe(2);
    expect(stdout).toBe('');
    const problems = stderr.trim().split('\n');
    expect(problems).toHaveLength(10);
    expect(stderr).toContain('--preset: unknown use "chatt", did you mean "chat"?');
    expect(stderr).toContain('--need: unknown need "binray", did you mean "binary"?');
    expect(stderr).toContain('--need upstream and push-only contradict');
    expect(stderr).toContain('cannot read');
  });

  test('refuses unknown flags and files that are no results', async () => {
    const [unknown, extra] = [await choose(file, '--prest', 'chat'), await choose(file, 'other.json')];
    expect([unknown.code, extra.code]).toEqual([2, 2]);
    expect(unknown.stderr).toContain('unknown flag --prest, did you mean "--preset"?');
    expect(extra.stderr).toContain('unexpected argument "other.json"');
    const none = join(folder, 'text.json');
    writeFileSync(none, 'no results');
    expect((await choose(none)).stderr).toContain('is not JSON');
    expect((await choose(file, '--markdown', join(folder, 'no', 'such', 'record.md'))).code).toBe(2);
  });

  test('takes own judgements, and keeps them in the record and its command', async () => {
    const record = join(folder, 'own.md');
    const flags = ['--weights', 'simplicity:1', '--judge', 'ws.simplicity=3,mqtt.simplicity=1', '--markdown', record];
    const { stdout } = await choose(file, ...flags);
    expect(stdout).toMatch(/^Judged by you: ws, simplicity of running it: 3 of 3; mqtt, /m);
    expect(stdout).toMatch(/^Only if · ws/m);
    expect(stdout).toContain('[yours]');
    const written = readFileSync(record, 'utf8');
    expect(written).toContain('- `ws`, simplicity of running it: 3 (yours; the authors’: 1, one handshake');
    expect(written).toContain("--judge 'ws.simplicity=3,mqtt.simplicity=1'");
  });

  test('gives no advice on an unsuitable run', async () => {
    const twice = join(folder, 'aa.json');
    writeResults(twice, makeResults({ transports: { ws: {}, mqtt: {} }, aa: true }));
    const { code, stdout } = await choose(twice);
    expect(code).toBe(13);
    expect(stdout).toMatch(/^No advice: this run compares every transport with itself/);
  });
});

test('every transport has facts, and help lists every preset', async () => {
  const known = transports.filter(({ floor }) => floor !== true).map(({ id }) => id);
  expect(known.filter((id) => factsOf(id, null) === undefined)).toEqual([]);
  const help = (await choose('--help')).stdout;
  for (const { id } of PRESETS) expect(help).toContain(id);
  const page = readFileSync(new URL('../../../docs/choosing.md', import.meta.url), 'utf8');
  for (const { id } of [...NEEDS, ...PRESETS, ...CRITERIA]) expect(page).toContain(`\`${id}\``);
});

describe('answers given elsewhere', () => {
  const draft = (given: Partial<Draft>): Draft => ({ ...BLANK, weighed: true, ...given });
  const drafts: Draft[] = [
    draft({}),
    ...PRESETS.map(({ id }) => withPreset(BLANK, id)),
    draft({ needs: ['browser', 'http-only'], clients: '200', rate: '0', size: '1e3', judgement: false }),
    draft({ ...withPreset(BLANK, 'chat'), needs: [], scenario: 'echo', objectiveMs: '0.25', percentile: 50 }),
    draft({ weights: { ...EVEN, p99: 62.5, features: 0 }, rate: '0.5' }),
    draft({
      judged: [
        { transport: 'ws', criterion: 'simplicity', level: 2 },
        { transport: 'long-polling', criterion: 'features', level: 1 },
      ],
    }),
  ];

  test('are recovered from flags', () => {
    for (const one of drafts) {
      const { answers } = readDraft(one);
      if (answers === null) throw new Error('unreadable');
      const texts = flagTexts(flagsOf(answers));
      const problems: string[] = [];
      const read = readAnswers(texts, problems);
      expect(problems).toEqual([]);
      expect({ ...read, weights: sharesOf(read.weights) }).toEqual({ ...answers, weights: sharesOf(answers.weights) });
    }
  });

  test('are recovered from a link', () => {
    for (const one of drafts) expect(readDraft(draftFrom(linkOf(one)))).toEqual(readDraft(one));
    expect(
      draftFrom({
        for: 'nothing',
        need: 'x,browser',
        weights: 'p99:-1,foo',
        slo: 'p7:x',
        clients: '<b>',
        judge: 'ws.simplicity=9,<b>.features=1',
      }),
    ).toEqual({
      ...BLANK,
      needs: ['browser'],
      clients: '<b>',
    });
  });

  /** Splits a command line like a shell. */
  function flagTexts(flags: string): AnswerTexts {
    const pairs = [...flags.matchAll(/--([a-z]+(?:-[a-z]+)*)(?: ('[^']*'|[^-\s]\S*))?/g)].map(
      ([, name = '', value = '']) => [name, value.replaceAll("'", '')] as const,
    );
    const texts: AnswerTexts = Object.fromEntries(pairs.filter(([name]) => name !== 'no-judgement'));
    return pairs.some(([name]) => name === 'no-judgement') ? { ...texts, judgement: false } : texts;
  }

  const sharesOf = (weights: Weights): number[] => {
    const sum = CRITERIA.reduce((total, { id }) => total + weights[id], 0);
    return CRITERIA.map(({ id }) => weights[id] / sum);
  };
});

describe('questions', () => {
  async function asked(...typed: string[]): Promise<{ texts: AnswerTexts; questions: string[]; said: string }> {
    const questions: string[] = [];
    let said = '';
    const texts = await askAnswers(
      async (question) => {
        questions.push(question);
        return typed[questions.length - 1] ?? '';
      },
      (text) => {
        said += text;
      },
    );
    return { texts, questions, said };
  }

  test('an empty answer takes the default in brackets; weights come last and before any result', async () => {
    const { texts, questions } = await asked('chat');
    expect(texts).toEqual({ preset: 'chat' });
    expect(questions[1]).toContain('[browser,ordered,reliable]');
    expect(questions.at(-2)).toMatch(/^Weights \[p99:30,/);
    expect(questions.at(-1)).toMatch(/^Yours, if it differs/);
  });

  test('an invalid answer is asked for again, with the reason', async () => {
    const { texts, questions, said } = await asked(
      'chatt',
      'chat',
      'none',
      '200',
      '',
      '',
      'p99',
      'p99<50ms',
      'p99:1',
      'ws=1',
      '',
    );
    expect(texts).toEqual({ preset: 'chat', need: 'none', clients: '200', objective: 'p99<50ms', weights: 'p99:1' });
    expect(questions[0]).toBe(questions[1]);
    expect(said).toContain('did you mean "chat"?');
    expect(said).toContain('--objective takes p50 or p99');
    expect(said).toMatch(/^ *ws +simplicity 1, features 3$/m);
    expect(said).toContain('--judge takes ws.simplicity');
  });

  test('answers and flags are read alike', () => {
    const problems: string[] = [];
    const answers = readAnswers({ preset: 'game', need: 'none', rate: '0', weights: 'p99:2,features:0' }, problems);
    expect(problems).toEqual([]);
    expect(answers).toMatchObject({
      preset: 'game',
      needs: [],
      load: { scenario: null, preferred: 'broadcast', clients: null, rate: 0 },
      weights: { p99: 2, bytes: 0, features: 0 },
    });
    readAnswers({ weights: 'simplicity:1', judgement: false }, problems);
    readAnswers({ weights: 'p99:0' }, problems);
    readAnswers({ need: 'browser,browser', size: '1.5' }, problems);
    expect(problems).toHaveLength(4);
  });

  test('own judgements are read, or refused with a correct example', () => {
    const problems: string[] = [];
    expect(readAnswers({ judge: 'mqtt.features=3, ws.simplicity=2' }, problems).judged).toEqual([
      { transport: 'ws', criterion: 'simplicity', level: 2 },
      { transport: 'mqtt', criterion: 'features', level: 3 },
    ]);
    expect(problems).toEqual([]);
    readAnswers({ judge: 'ws.simplicity=4,ws.speed=1,wss.features=2,ws,ws.features=1,ws.features=2' }, problems);
    readAnswers({ judge: 'ws.simplicity=2', judgement: false }, problems);
    expect(problems).toEqual([
      '--judge takes ws.simplicity or .features and a level from 1 (best) to 3, such as ws.simplicity=2, not "ws.simplicity=4"',
      '--judge takes ws.simplicity or .features and a level from 1 (best) to 3, such as ws.simplicity=2, not "ws.speed=1"',
      '--judge: unknown transport "wss", did you mean "ws"?',
      '--judge takes ws.simplicity or .features and a level from 1 (best) to 3, such as ws.simplicity=2, not "ws"',
      '--judge names ws.features twice',
      '--judge contradicts --no-judgement; leave one of them out',
    ]);
  });
});
