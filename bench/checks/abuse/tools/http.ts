import type { Target } from './attack.ts';
import type { RawPeer } from './peer.ts';
import type { HttpSurface } from './surface.ts';

/** Connection that may post to a session of its own, and the head of such a request without its last fields. */
export interface Poster {
  readonly peer: RawPeer;
  readonly path: string;
  readonly head: string;
}

/** Opens a session on one connection and dials another one to post from. */
export async function openPoster(target: Target, { opens, sessionName, posts }: HttpSurface): Promise<Poster> {
  const fields = authorized(target);
  const opener = await target.dial();
  await opener.write(`${opens} HTTP/1.1\r\n${fields}Content-Length: 0\r\n\r\n`);
  const [session] = sessionName.exec(await opener.hears(sessionName)) ?? [];
  const path = `${posts}${session}`;
  return { peer: await target.dial(), path, head: `POST ${path} HTTP/1.1\r\n${fields}` };
}

/** Header fields of every request of a session. */
export function authorized({ token }: Target): string {
  return `Host: a\r\nAuthorization: Bearer ${token}\r\n`;
}

/** Number of HTTP answers in the text that a connection received. */
export function answersIn(text: string): number {
  return text.split('HTTP/1.1 ').length - 1;
}
