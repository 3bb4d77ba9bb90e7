/** How a transport looks in the charts: family's colour, and a symbol drawn once for the page. */
export type Look = { readonly family: string; readonly symbolId: string };
export type Looks = (name: string) => Look;

const UNKNOWN: Look = { family: 'other', symbolId: '' };

/** From what the page says of them; what it does not say looks like nothing in particular. */
export function readLooks(text: string | undefined): Looks {
  const known = new Map<string, Look>();
  const entries: unknown = JSON.parse(text ?? '[]');
  for (const entry of Array.isArray(entries) ? entries : []) {
    const [name, family, symbolId]: unknown[] = Array.isArray(entry) ? entry : [];
    if (typeof name === 'string' && typeof family === 'string' && typeof symbolId === 'string') {
      known.set(name, { family, symbolId });
    }
  }
  return (name) => known.get(name) ?? UNKNOWN;
}
