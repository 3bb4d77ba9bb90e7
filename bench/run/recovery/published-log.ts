import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newEpoch } from '../../codec/replay-log.ts';
import type { Backplane } from '../../contract.ts';
import type { Published, PublishOrder } from '../../load/publisher/protocol.ts';
import type { ChildSettings, Patience } from '../child.ts';
import { PATIENCE_SECONDS, startPublisher } from '../processes.ts';

/**
 * Replay log of one trial and the process that writes it. The process removes the file when it ends, and it ends with its parent,
 * so nothing is left of a command that was killed.
 */
export class PublishedLog implements AsyncDisposable {
  readonly epoch = newEpoch();
  readonly file = join(tmpdir(), `wirebench-log-${process.pid}-${this.epoch}`);
  readonly #publisher: ReturnType<typeof startPublisher>;
  readonly #signal: AbortSignal;

  constructor(settings: Omit<ChildSettings, 'flags'>, signal: AbortSignal) {
    this.#publisher = startPublisher(settings);
    this.#signal = signal;
  }

  get pid(): number | undefined {
    return this.#publisher.pid;
  }

  /** Creates the file, which a server can open then, or connects to the Redis in which it is a stream. */
  async open(backplane?: Backplane): Promise<void> {
    const { file, epoch } = this;
    if (backplane !== undefined) {
      await this.#publisher.ask({ order: 'open stream', backplane }, 'opened', this.#patience(0));
      return;
    }
    await this.#publisher.ask({ order: 'open', file, epoch }, 'opened', this.#patience(0));
  }

  /** Publishes on a schedule. Resolves after the last message, or when it is stopped. @param seconds time until the last one */
  publish(order: Omit<PublishOrder, 'order'>, seconds: number): Promise<Published> {
    return this.#publisher.ask({ order: 'publish', ...order }, 'published', this.#patience(seconds));
  }

  /** Ends the publishing, which resolves then. */
  async stop(): Promise<void> {
    await this.#publisher.ask({ order: 'stop' }, 'stopped', this.#patience(0));
  }

  /** Rejects when the process ends before it is disposed of. */
  ended(): Promise<never> {
    return this.#publisher.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#publisher.stop();
    // One that was killed could not.
    rmSync(this.file, { force: true });
  }

  #patience(seconds: number): Patience {
    return { seconds: seconds + PATIENCE_SECONDS, signal: this.#signal };
  }
}
