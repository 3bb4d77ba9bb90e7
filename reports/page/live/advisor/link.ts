/** What the address carries after `#`: a section perhaps, and named choices: `#advisor&for=chat&clients=200`. */
export function readHash(): { anchor: string; values: URLSearchParams } {
  const [first = '', ...rest] = location.hash.slice(1).split('&');
  const isChoice = first.includes('=');
  return { anchor: isChoice ? '' : first, values: new URLSearchParams((isChoice ? [first, ...rest] : rest).join('&')) };
}

/** Leaves what other parts of the page keep there. */
export function hashWith(keys: readonly string[], given: Readonly<Record<string, string>>, anchor: string): string {
  const { values } = readHash();
  for (const key of keys) values.delete(key);
  for (const [key, value] of Object.entries(given)) values.set(key, value);
  return `#${[anchor, values.toString()].filter((part) => part !== '').join('&')}`;
}
