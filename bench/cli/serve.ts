import { application } from '../../servers/application.ts';
import { MOST_SIZE, suggestion } from '../plan/options.ts';
import { findTransport, loadServer, transportNames } from '../registry.ts';
import { EXIT, type ExitCode, UsageError } from './exit.ts';
import type { Io } from './io.ts';

/** Serves one transport until interrupted, for a person or a program of theirs to talk to. */
export async function serveCommand(
  name: string,
  settings: { host: string; port: string },
  { io, interrupted }: { io: Io; interrupted: AbortSignal },
): Promise<ExitCode> {
  const found = findTransport(name);
  const port = Number(settings.port);
  const problems = [
    ...(found === undefined ? [`unknown transport "${name}"${suggestion(name, transportNames())}`] : []),
    ...(settings.port !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535
      ? []
      : [`--port takes a whole number from 0 (any free port) to 65535, not "${settings.port}"`]),
  ];
  if (found === undefined || problems.length > 0) throw new UsageError(problems);

  const server = await loadServer(found.entry);
  const limits = { messageBytes: MOST_SIZE };
  const options = found.variant?.options ?? {};
  try {
    const listener = await server.listen(application, { host: settings.host, port, options, limits });
    io.out(`${listener.url}\n`);
    io.talk(
      `${found.entry.title} is served at ${listener.url}; how to talk to it: docs/protocols.md. Ctrl-C stops it.\n`,
    );
    await new Promise<void>((resolve) => interrupted.addEventListener('abort', () => resolve(), { once: true }));
    await listener.close();
    return EXIT.done;
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (taken) io.talk(`port ${port} on ${settings.host} is taken; name another with --port, or 0 for any free one\n`);
    else io.talk(`${name} could not be served: ${error instanceof Error ? error.message : error}\n`);
    return EXIT.failed;
  }
}
