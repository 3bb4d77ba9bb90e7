import { describe, expect, test } from 'vitest';
import { changesRuntime } from '../results/machine/variables.ts';
import { COMPILED_CODE, describeVariables, keepProblems, variablesFor } from './variables.ts';

const COMPILED = { NODE_COMPILE_CACHE: COMPILED_CODE };
const USUAL = { PATH: '/bin', HOME: '/home/me', LANG: 'C.UTF-8', LC_ALL: 'C', TZ: 'UTC', TMPDIR: '/tmp', USER: 'me' };

describe('measured processes get an allow-list', () => {
  test('whatever else is set stays out, and is named', () => {
    const set = {
      ...USUAL,
      NODE_OPTIONS: '-r x',
      DEBUG: '*',
      WIREBENCH_TOKEN: 's3cret',
      npm_config_a: '1',
      GONE: undefined,
    };
    expect(variablesFor(set)).toEqual({
      passed: { ...USUAL, ...COMPILED },
      kept: [],
      dropped: ['DEBUG', 'NODE_OPTIONS', 'WIREBENCH_TOKEN', 'npm_config_a'],
    });
  });

  test('a variable that is kept is passed on, whatever it is', () => {
    const set = { ...USUAL, NODE_OPTIONS: '-r x', DATABASE_URL: 'postgres://me:pw@db' };
    const { passed, kept, dropped } = variablesFor(set, { keep: ['NODE_OPTIONS', 'DATABASE_URL'] });
    expect({ passed, kept, dropped }).toEqual({
      passed: { ...set, ...COMPILED },
      kept: ['DATABASE_URL', 'NODE_OPTIONS'],
      dropped: [],
    });
  });

  test.each(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH'])(
    '%s is for clients of a server that is not ours',
    (name) => {
      expect(variablesFor({ [name]: '/ca.pem' }).passed).toEqual(COMPILED);
      expect(variablesFor({ [name]: '/ca.pem' }, { foreign: true }).passed).toEqual({ ...COMPILED, [name]: '/ca.pem' });
    },
  );

  test('a certificate is checked whatever the environment says', () => {
    const set = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_EXTRA_CA_CERTS: '/ca.pem' };
    expect(variablesFor(set, { foreign: true }).dropped).toEqual(['NODE_TLS_REJECT_UNAUTHORIZED']);
    expect(keepProblems(['NODE_TLS_REJECT_UNAUTHORIZED'], set)).toEqual([
      expect.stringMatching(/accept every certificate.*--ca/),
    ]);
    expect(keepProblems(['NODE_TLS_REJECT_UNAUTHORIZED'], { NODE_TLS_REJECT_UNAUTHORIZED: '1' })).toEqual([]);
  });
});

test('a variable that is not set, and the token, cannot be kept', () => {
  expect(keepProblems(['MISSING', 'WIREBENCH_TOKEN', 'PATH'], { ...USUAL, WIREBENCH_TOKEN: 's3cret' })).toEqual([
    '--keep-env: MISSING is not set; set it, or leave it out',
    '--keep-env: sessions get the token of WIREBENCH_TOKEN by themselves; leave it out',
  ]);
});

test('results have names, never values; values that change a runtime can be told apart', () => {
  const described = (NODE_OPTIONS: string) => {
    const set = { ...USUAL, NODE_OPTIONS, DATABASE_URL: 'postgres://me:pw@db', DEBUG: 'se-cret' };
    return describeVariables(variablesFor(set, { keep: ['NODE_OPTIONS', 'DATABASE_URL'] }), set);
  };
  const one = described('--require /home/me/x.js');
  expect(one).toEqual({
    passed: [
      'DATABASE_URL',
      'HOME',
      'LANG',
      'LC_ALL',
      'NODE_COMPILE_CACHE',
      'NODE_OPTIONS',
      'PATH',
      'TMPDIR',
      'TZ',
      'USER',
    ],
    kept: [{ name: 'DATABASE_URL' }, { name: 'NODE_OPTIONS', sha256: expect.stringMatching(/^[\da-f]{8}$/) }],
    dropped: ['DEBUG'],
    server: ['DATABASE_URL', 'DEBUG', 'HOME', 'LANG', 'LC_ALL', 'NODE_OPTIONS', 'PATH', 'TMPDIR', 'TZ', 'USER'],
  });
  expect(JSON.stringify(one)).not.toMatch(/pw@db|se-cret|\/home\/me/);
  expect(described('--no-opt').kept).not.toEqual(one.kept);
});

test.each([
  [
    'NODE_OPTIONS DEBUG UV_THREADPOOL_SIZE NODE_ENV NODE_COMPILE_CACHE LD_PRELOAD MALLOC_ARENA_MAX GLIBC_TUNABLES',
    true,
  ],
  ['JAVA_TOOL_OPTIONS PYTHONDEVMODE https_proxy HTTP_PROXY SSLKEYLOGFILE GODEBUG RUBYOPT DOTNET_gcServer', true],
  [
    'PATH HOME EDITOR npm_config_cache WIREBENCH_TOKEN DEBUGGER MY_NODE_OPTIONS TERM CI ENVIRONMENT SSL_CERT_FILE',
    false,
  ],
])('%s: changes a runtime: %s', (names, changes) => {
  for (const name of names.split(' ')) expect(changesRuntime(name), name).toBe(changes);
});
