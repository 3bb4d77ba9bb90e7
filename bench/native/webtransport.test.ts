import { describe, expect, test } from 'vitest';
import { OrderedWriter, whyNoBinding, whyNot } from './webtransport.ts';

describe('why there is no binding', () => {
  test('an older system library: which is needed, and which systems bring it', () => {
    const error = new Error(
      "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /somewhere/a.node)",
    );
    expect(whyNot(error, 'linux-x64-gnu')).toMatch(
      /^its native binding needs glibc 2\.38 or later(, and this machine has [\d.]+)?; Debian 13 and Ubuntu 24\.04 bring it$/,
    );
  });

  test('a package that was left out: how to install it', () => {
    const error = Object.assign(new Error("Cannot find module '@moq/web-transport-linux-x64-gnu'"), {
      code: 'MODULE_NOT_FOUND',
    });
    expect(whyNot(error, 'linux-x64-gnu')).toMatch(
      /^the package @moq\/web-transport-linux-x64-gnu is not installed; .*npm ci/,
    );
  });

  test('anything else: the first line of what was said', () => {
    expect(whyNot(new Error('wrong ELF class\nRequire stack:'), 'x')).toBe(
      'its native binding cannot be loaded: wrong ELF class',
    );
  });

  test('asking twice gives the same answer', () => expect(whyNoBinding()).toBe(whyNoBinding()));
});

describe('an ordered writer', () => {
  /** Stream that completes one write at a time, when the test says so. */
  function slowStream() {
    const taken: string[] = [];
    const waiting: { resolve(): void; reject(error: Error): void }[] = [];
    const write = (bytes: Buffer): Promise<void> => {
      taken.push(bytes.toString());
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ resolve, reject });
      return promise;
    };
    return { taken, waiting, stream: { write, reset: async () => {} } };
  }

  test('has one write under way, and puts what waits meanwhile into the next', async () => {
    const { taken, waiting, stream } = slowStream();
    const writer = new OrderedWriter(stream);
    const written = ['a', 'b', 'c'].map((text) => writer.write(Buffer.from(text)));
    expect(taken).toEqual(['a']);
    expect(writer.waitingBytes).toBe(3);
    waiting[0]!.resolve();
    await expect.poll(() => taken).toEqual(['a', 'bc']);
    expect(writer.waitingBytes).toBe(2);
    waiting[1]!.resolve();
    await Promise.all(written);
    expect(writer.waitingBytes).toBe(0);
  });

  test('tells everyone who waits that the stream is over', async () => {
    const { waiting, stream } = slowStream();
    const writer = new OrderedWriter(stream);
    const written = ['a', 'b'].map((text) => writer.write(Buffer.from(text)));
    waiting[0]!.reject(new Error('the session is over'));
    for (const one of written) await expect(one).rejects.toThrow('the session is over');
  });
});
