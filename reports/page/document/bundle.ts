import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { InputOptions, OutputOptions } from 'rolldown';
import { bundleTargets } from './baseline.ts';
import type * as page from './page.tsx';

type Page = typeof page;
type Bundle = {
  readonly name: string;
  readonly input: InputOptions;
  readonly output: OutputOptions;
  /** Values, as JSON, of names in the source; made only when there is something to bundle. */
  readonly given?: () => Promise<Readonly<Record<string, unknown>>>;
};

const project = fileURLToPath(new URL('../../../', import.meta.url));
const usualCache = join(project, 'node_modules', '.cache', 'wirebench');
const source = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Module that makes the markup. It runs here, and is bundled because Node strips types but not JSX. */
const MARKUP: Bundle = {
  name: 'page.mjs',
  input: { input: source('./page.tsx'), platform: 'node' },
  output: { format: 'esm' },
};

/** Script that answers the reader in the browser. Every report has it, so it uses Preact: React's interface in a twentieth of the size. */
const LIVE: Bundle = {
  name: 'live.js',
  input: {
    input: source('../live/main.ts'),
    platform: 'browser',
    resolve: {
      alias: {
        react: 'preact/compat',
        'react-dom/client': 'preact/compat/client',
        'react/jsx-runtime': 'preact/jsx-runtime',
      },
    },
    transform: { target: bundleTargets(), inject: { 'Map.groupBy': [source('../live/group-by.ts'), 'groupBy'] } },
  },
  output: { format: 'iife', minify: true, comments: { legal: true, annotation: false, jsdoc: false } },
  // The page checks by this schema what is dropped on it: the library that defines it would be most of what the script may weigh.
  given: async () => {
    const { resultsJsonSchema } = await import('../../../bench/results/json-schema.ts');
    return { RESULTS_JSON_SCHEMA: resultsJsonSchema() };
  },
};

/** Loads the module that makes the markup, bundled once for each state of its sources. */
export async function loadPage(cache = usualCache): Promise<Page> {
  return withBundle(MARKUP, cache, async (file) => {
    const loaded: Page = await import(pathToFileURL(file).href);
    return loaded;
  });
}

/** Reads the text of the script, safe inside a script element. */
export async function loadScript(cache = usualCache): Promise<string> {
  const code = await withBundle(LIVE, cache, (file) => readFile(file, 'utf8'));
  return code.trim().replace(/<(?=\/script|script|!--)/gi, String.raw`\x3c`);
}

async function withBundle<Loaded>(
  bundle: Bundle,
  cache: string,
  load: (file: string) => Promise<Loaded>,
): Promise<Loaded> {
  const kept = join(cache, `${await fingerprint()}-${bundle.name}`);
  if (await exists(kept)) return load(kept);
  const code = await build(bundle);
  if (await keep(kept, cache, code)) return load(kept);
  const folder = await mkdtemp(join(tmpdir(), 'wirebench-'));
  try {
    const file = join(folder, bundle.name);
    await writeFile(file, code);
    return await load(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes a file aside and renames it, so that a second process sees all of it or none. True if it is there afterwards. */
async function keep(file: string, cache: string, code: string): Promise<boolean> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await mkdir(cache, { recursive: true });
    await writeFile(aside, code);
    await rename(aside, file);
    return true;
  } catch {
    await rm(aside, { force: true }).catch(() => {});
    return exists(file);
  }
}

/** Bundles; the bundler is loaded here, so that a cached report does not pay for it. */
async function build({ input, output, given }: Bundle): Promise<string> {
  const { rolldown } = await import('rolldown');
  const names = Object.entries((await given?.()) ?? {}).map(([name, value]) => [name, JSON.stringify(value)]);
  const bundle = await rolldown({
    ...input,
    cwd: project,
    tsconfig: false,
    logLevel: 'silent',
    transform: {
      ...input.transform,
      jsx: { runtime: 'automatic' },
      define: { 'process.env.NODE_ENV': '"production"', ...Object.fromEntries(names) },
    },
  });
  try {
    const made = await bundle.generate({ ...output, codeSplitting: false });
    return made.output[0].code;
  } finally {
    await bundle.close();
  }
}

const FOLDERS = ['reports', 'bench/results'];

/** Hash of all that bundles are made of: the project's sources, and the versions of what they import. */
export async function fingerprint(root = project): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of FOLDERS) {
    const names = await readdir(join(root, folder), { recursive: true });
    for (const name of names.filter((one) => /(?<!\.test)\.tsx?$/.test(one) && !one.startsWith('runs')).sort()) {
      hash.update(`${folder}/${name}\0`).update(await readFile(join(root, folder, name)));
    }
  }
  hash.update(await readFile(join(root, 'package.json')));
  return hash.digest('hex').slice(0, 16);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
