/** Types of the parser inside undici's EventSource, which the package does not export. */
declare module 'undici/lib/web/eventsource/eventsource-stream.js' {
  import type { Transform } from 'node:stream';

  interface ServerSentEvent {
    readonly type: string;
    readonly options: { readonly data: string };
  }

  export class EventSourceStream extends Transform {
    constructor(options: { eventSourceSettings?: { origin: string }; push: (event: ServerSentEvent) => void });
  }
}
