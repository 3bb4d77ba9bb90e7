import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { variablesFor } from '../../run/variables.ts';
import { type Ports, portOf } from '../proxy/ports.ts';

/** Order to open a listening socket. */
export interface OpenOrder {
  readonly number: number;
  readonly kind: 'stream' | 'datagrams';
  readonly host: string;
  readonly port: number;
}

/** Answer to an order: with the socket beside it, or with the reason why there is none. */
interface Opened {
  readonly number: number;
  readonly error?: string;
}

const openerFile = fileURLToPath(new URL('./opener.ts', import.meta.url));

/** Ports of a network namespace, whose sockets this process serves. */
export class InsidePorts implements Ports {
  readonly host: string;
  readonly #opener: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<Server | DatagramSocket>>();
  #number = 0;

  /** @param end command prefix that makes a process run in the namespace */
  constructor(host: string, end: readonly string[]) {
    this.host = host;
    const [program = process.execPath, ...args] = [...end, process.execPath, openerFile];
    this.#opener = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      detached: true,
      env: variablesFor(process.env).passed,
    });
    this.#opener.on('message', ({ number, error }: Opened, socket) => {
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (error !== undefined || socket === undefined) waiting?.reject(new Error(error ?? 'no socket came'));
      else waiting?.resolve(socket as Server | DatagramSocket);
    });
    const ended = (): void => {
      for (const waiting of this.#waiting.values()) waiting.reject(new Error('the process in the namespace has ended'));
    };
    this.#opener.once('exit', ended).once('error', ended);
  }

  async listen(server: Server, port: number): Promise<number> {
    const opened = (await this.#open('stream', port)) as Server;
    const listened = portOf(opened);
    server.listen(opened);
    await once(server, 'listening');
    return listened;
  }

  async datagrams(port: number): Promise<DatagramSocket> {
    return (await this.#open('datagrams', port)) as DatagramSocket;
  }

  async close(): Promise<void> {
    if (this.#opener.exitCode !== null || this.#opener.signalCode !== null) return;
    const ended = once(this.#opener, 'exit');
    this.#opener.kill('SIGKILL');
    await ended;
  }

  #open(kind: OpenOrder['kind'], port: number): Promise<Server | DatagramSocket> {
    const number = ++this.#number;
    const opened = Promise.withResolvers<Server | DatagramSocket>();
    this.#waiting.set(number, opened);
    this.#opener.send({ number, kind, host: this.host, port } satisfies OpenOrder);
    return opened.promise;
  }
}
