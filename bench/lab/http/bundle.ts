import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../../', import.meta.url));
const entry = fileURLToPath(new URL('../../../clients/lab/main.tsx', import.meta.url));

/** Bundles the page's script, with every client that a browser can run: a lab is started by hand, and its bundle takes about a second. */
export async function bundlePage(): Promise<string> {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    input: entry,
    cwd: project,
    platform: 'browser',
    tsconfig: false,
    logLevel: 'silent',
    transform: { jsx: { runtime: 'automatic' }, define: { 'process.env.NODE_ENV': '"production"' } },
  });
  try {
    const made = await bundle.generate({ format: 'iife', minify: true, codeSplitting: false });
    return made.output[0].code;
  } finally {
    await bundle.close();
  }
}
