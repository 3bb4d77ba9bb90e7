/** Time in milliseconds with two or three digits: `0.42 ms`, `63 ms`, `1.2 s`. A dash if there is none. */
export function timeText(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '—';
  if (milliseconds >= 1e3) return `${digits(milliseconds / 1e3)} s`;
  return `${digits(milliseconds)} ms`;
}

/** Bytes of a message; a dash if there is no message. */
export const bytesText = (bytes: number, messages: number): string =>
  messages === 0 ? '—' : `${Math.round(bytes / messages).toLocaleString('en')} B`;

export const countText = (count: number): string => count.toLocaleString('en');

const digits = (value: number): string => String(Number(value.toPrecision(value >= 100 ? 3 : 2)));

/** Beginning of a frame as text; what no font shows is a dot. */
export const asText = (bytes: Uint8Array): string =>
  new TextDecoder()
    .decode(bytes)
    .replaceAll('\r\n', '⏎')
    .replaceAll(/[\p{Cc}\p{Cf}\ufffd]/gu, '·');

/** Beginning of a frame as pairs of hexadecimal digits. */
export const asHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

export const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

/** Name of a browser in its own line about itself: `Firefox 140`, `Safari 18.5`, `Chromium 156`. */
export function browserName(userAgent: string): string {
  const patterns: readonly (readonly [name: string, pattern: RegExp])[] = [
    ['Firefox', /Firefox\/([\d]+)/],
    ['Edge', /Edg\/([\d]+)/],
    ['Chromium', /Chrome\/([\d]+)/],
    ['Safari', /Version\/([\d.]+).*Safari/],
  ];
  for (const [name, pattern] of patterns) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return `${name} ${version}`;
  }
  return userAgent.slice(0, 100);
}

/** Smallest step of the page's clock, in seconds, of those that some thousand readings show. */
export function clockResolution(now: () => number): number {
  let smallest = Number.POSITIVE_INFINITY;
  let before = now();
  for (let reading = 0, steps = 0; reading < 200_000 && steps < 200; reading++) {
    const next = now();
    if (next > before) {
      smallest = Math.min(smallest, next - before);
      steps++;
    }
    before = next;
  }
  return Number.isFinite(smallest) ? Number((smallest / 1e3).toPrecision(3)) : 0;
}
