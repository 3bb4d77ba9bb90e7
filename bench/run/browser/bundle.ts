import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { clientModule, type TransportChoice } from '../../transports/index.ts';

/** Script of a page that is a load worker with the client of a transport. */
export type PageScript = (choice: TransportChoice) => Promise<string>;

const ENTRY = 'wirebench-page';
const PAGE = fileURLToPath(new URL('../../load/browser/page.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Returns a maker of scripts, which makes that of each client once. */
export function pageScripts(): PageScript {
  const made = new Map<string, Promise<string>>();
  return (choice) => {
    const client = fileURLToPath(clientModule(choice.entry));
    const script = made.get(client) ?? bundle(client);
    made.set(client, script);
    return script;
  };
}

/** Module of a page, and its function that takes a client. */
export interface PageEntry {
  readonly module: string;
  readonly serve: string;
}

/** Entry of a page that is a load worker. */
const LOAD_WORKER: PageEntry = { module: PAGE, serve: 'servePage' };

/** Bundles a page and a client as one script, in about half a second. */
export async function bundle(client: string, entry: PageEntry = LOAD_WORKER): Promise<string> {
  const quoted = (text: string): string => JSON.stringify(text);
  await using build = await rolldown({
    input: ENTRY,
    cwd: ROOT,
    tsconfig: false,
    platform: 'browser',
    // A library's own warning about its WebAssembly, which is not used.
    onwarn: (warning, warn) => (warning.code === 'EVAL' ? undefined : warn(warning)),
    // Buffer is not defined: as a global it would make clients take the ways that they have for Node.
    transform: { define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' } },
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === ENTRY ? id : null),
        load: (id) =>
          id === ENTRY
            ? `import { ${entry.serve} } from ${quoted(entry.module)};
import * as client from ${quoted(client)};
${entry.serve}(client);`
            : null,
      },
    ],
  });
  const { output } = await build.generate({ format: 'iife', codeSplitting: false });
  const [script] = output;
  return script.code;
}
