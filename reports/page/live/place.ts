/** Where a reader is: a section of the page, and what was chosen on it. `#trust&q=2&sort=p99` */
export type Place = { readonly anchor: string; readonly values: ReadonlyMap<string, string> };

/** What cannot be read as a choice is passed over: an address may come from anywhere. */
export function parsePlace(hash: string): Place {
  const parts = hash.replace(/^#/, '').split('&');
  const anchor = decoded(parts.find((part) => part !== '' && !part.includes('=')) ?? '');
  const pairs = parts.flatMap((part): [string, string][] => {
    const at = part.indexOf('=');
    return at < 1 ? [] : [[decoded(part.slice(0, at)), decoded(part.slice(at + 1))]];
  });
  return { anchor, values: new Map(pairs) };
}

export function formatPlace({ anchor, values }: Place): string {
  const pairs = [...values].map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  return `#${[...(anchor === '' ? [] : [encoded(anchor)]), ...pairs].join('&')}`;
}

/** Readable where it can be: commas and colons part the items of a value. */
const encoded = (text: string): string => encodeURIComponent(text).replaceAll('%2C', ',').replaceAll('%3A', ':');

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
