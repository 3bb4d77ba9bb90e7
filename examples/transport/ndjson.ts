import type { Capabilities } from '../../bench/contract.ts';

/** Plugin with the example transport, for `--plugin examples/transport/ndjson.ts`: one module with everything. */
export { connect } from './clients/ndjson.ts';
export { listen } from './servers/ndjson.ts';

const capabilities: Capabilities = { binary: false, ordered: true, reliable: true, upstream: 'connection' };

export const transport = {
  id: 'ndjson',
  title: 'Newline-delimited JSON',
  browser: false,
  capabilities,
  addresses: { schemes: [{ name: 'tcp', tls: false }], uses: [] },
  tls: false,
  variants: [],
};
