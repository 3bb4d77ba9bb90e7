import type { Capabilities } from '../../bench/contract.ts';

/** The example as a plugin: one module with everything, for `--plugin examples/transport/ndjson.ts`. */
export { connect } from './clients/ndjson.ts';
export { listen } from './servers/ndjson.ts';

const capabilities: Capabilities = { binary: false, ordered: true, reliable: true, upstream: 'connection' };

export const transport = {
  id: 'ndjson',
  title: 'Newline-delimited JSON',
  browser: false,
  capabilities,
  tls: false,
  variants: [],
};
