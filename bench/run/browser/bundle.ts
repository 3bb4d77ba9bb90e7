import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { clientModule, inBrowserOf, type TransportChoice } from '../../transports/index.ts';

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
    const use = inBrowserOf(choice);
    const inDefault = (use.speaks === 'never' ? undefined : use.inDefault) ?? {};
    const script = made.get(client) ?? bundle(client, inDefault);
    made.set(client, script);
    return script;
  };
}

/** Bundles the load and a client as one script, in about half a second. */
async function bundle(client: string, inDefault: Readonly<Record<string, readonly string[]>>): Promise<string> {
  const quoted = (text: string): string => JSON.stringify(text);
  const shims = new Map<string, { readonly name: string; readonly fields: readonly string[] }>(
    Object.entries(inDefault).map(([name, fields]) => [`\0${name}`, { name, fields }]),
  );
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
        resolveId: (id, importer) => {
          if (id === ENTRY) return id;
          return importer !== undefined && shims.has(`\0${id}`) && !shims.has(importer) ? `\0${id}` : null;
        },
        load: (id) => {
          if (id === ENTRY)
            return `import { servePage } from ${quoted(PAGE)};\nimport * as client from ${quoted(client)};\nservePage(client);`;
          const shim = shims.get(id);
          if (shim === undefined) return null;
          return `import whole from ${quoted(shim.name)};\nexport const { ${shim.fields.join(', ')} } = whole;`;
        },
      },
    ],
  });
  const { output } = await build.generate({ format: 'iife', codeSplitting: false });
  const [script] = output;
  return script.code;
}
