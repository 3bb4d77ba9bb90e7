import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as page from './page.tsx';

type Page = typeof page;

const project = fileURLToPath(new URL('../../', import.meta.url));
const entry = fileURLToPath(new URL('./page.tsx', import.meta.url));

/** Node strips types but not JSX, so the page is bundled once for each state of its sources and kept. */
export async function loadPage(cache = join(project, 'node_modules', '.cache', 'wirebench')): Promise<Page> {
  const bundle = join(cache, `page-${await fingerprint()}.mjs`);
  if (await exists(bundle)) return importPage(bundle);
  const code = await build();
  if (await keep(bundle, cache, code)) return importPage(bundle);
  return importOnce(code);
}

async function importPage(file: string): Promise<Page> {
  const loaded: Page = await import(pathToFileURL(file).href);
  return loaded;
}

/** Written aside and renamed, so that a second process sees the whole file or none. */
async function keep(bundle: string, cache: string, code: string): Promise<boolean> {
  const aside = `${bundle}.${randomUUID()}`;
  try {
    await mkdir(cache, { recursive: true });
    await writeFile(aside, code);
    await rename(aside, bundle);
    return true;
  } catch {
    await rm(aside, { force: true }).catch(() => {});
    return exists(bundle);
  }
}

async function importOnce(code: string): Promise<Page> {
  const folder = await mkdtemp(join(tmpdir(), 'wirebench-'));
  try {
    const file = join(folder, 'page.mjs');
    await writeFile(file, code);
    return await importPage(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Loaded only when there is something to bundle: a cached report does not pay for the bundler. */
async function build(): Promise<string> {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    input: entry,
    cwd: project,
    platform: 'node',
    tsconfig: false,
    logLevel: 'silent',
    transform: { jsx: { runtime: 'automatic' }, define: { 'process.env.NODE_ENV': '"production"' } },
  });
  try {
    const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
    return output[0].code;
  } finally {
    await bundle.close();
  }
}

/** Everything the bundle is made of: this project's sources, and the versions of what they import. */
async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of ['reports/page', 'reports/analysis']) {
    const names = (await readdir(join(project, folder))).filter((name) => /(?<!\.test)\.tsx?$/.test(name)).sort();
    for (const name of names) hash.update(`${folder}/${name}\0`).update(await readFile(join(project, folder, name)));
  }
  hash.update(await readFile(join(project, 'package.json')));
  return hash.digest('hex').slice(0, 16);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
