import {
  createSecureServer,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { ServerSettings } from '../../../bench/contract.ts';
import { KEEP_ALIVE_SECONDS } from '../../../bench/limits.ts';
import { type Answer, authorize, refuse } from './http.ts';
import { guardSession, lingering } from './http2-guard.ts';

/**
 * Creates a web server for HTTP/2 (RFC 9113), with the authorization and timeouts of `createWebServer`. Without TLS it needs clients
 * with prior knowledge (§3.3), which no browser has. Node sets TCP_NODELAY on every HTTP/2 connection.
 */
export function createHttp2Server(settings: ServerSettings, answer: Answer): Http2Server {
  const { identity, limits } = settings;
  const options = {
    settings: { maxConcurrentStreams: limits.subscriptions },
    unknownProtocolTimeout: limits.handshakeMs,
  };
  const { handshakeMs } = limits;
  const onRequest = authorize(settings, answer);
  const server =
    identity === undefined
      ? createServer(options, onRequest)
      : createSecureServer(
          {
            ...options,
            cert: identity.certificate,
            key: identity.key,
            handshakeTimeout: handshakeMs,
            ALPNProtocols: ['h2'],
          },
          onRequest,
        );
  server.prependListener(identity === undefined ? 'connection' : 'secureConnection', lingering);
  server.on('session', (session) => {
    endWhenIdle(session, handshakeMs);
    guardSession(session, limits);
  });
  server.on('request', (request, response) => endWhenSlow(request, response, 1.4 * handshakeMs));
  return server;
}

/** Ends a connection without a first request after `firstMs`, and one without further requests after the keep-alive time. */
function endWhenIdle(session: ServerHttp2Session, firstMs: number): void {
  let open = 0;
  let idle = setTimeout(() => session.destroy(), firstMs);
  session.on('stream', (stream) => {
    open++;
    clearTimeout(idle);
    stream.once('close', () => {
      open--;
      if (open === 0 && !session.destroyed) idle = setTimeout(() => session.close(), KEEP_ALIVE_SECONDS * 1e3);
    });
  });
  session.on('error', () => {});
  session.once('close', () => clearTimeout(idle));
}

/** Ends a request that is not complete in time. Its answer may take any time. */
function endWhenSlow(request: Http2ServerRequest, response: Http2ServerResponse, maxMs: number): void {
  if (request.complete) return;
  const late = setTimeout(() => {
    if (response.headersSent) return void request.destroy();
    refuse(response, 408, 'the request took too long');
    // RFC 9113 §8.1: the server need not wait for the rest.
    response.stream.once('finish', () => response.stream.close());
  }, maxMs);
  request.once('end', () => clearTimeout(late));
  request.once('close', () => clearTimeout(late));
}
