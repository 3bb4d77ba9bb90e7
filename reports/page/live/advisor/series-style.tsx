/** Style of a transport in the charts: its family's colour, and the id of its symbol, which is drawn once for the page. */
export type SeriesStyle = { readonly family: string; readonly symbolId: string };
export type SeriesStyles = (name: string) => SeriesStyle;

const UNKNOWN: SeriesStyle = { family: 'other', symbolId: '' };

/** Reads the styles that the page's markup lists; a transport missing there gets a neutral one. */
export function readSeriesStyles(text: string | undefined): SeriesStyles {
  const known = new Map<string, SeriesStyle>();
  const entries: unknown = JSON.parse(text ?? '[]');
  for (const entry of Array.isArray(entries) ? entries : []) {
    const [name, family, symbolId]: unknown[] = Array.isArray(entry) ? entry : [];
    if (typeof name === 'string' && typeof family === 'string' && typeof symbolId === 'string') {
      known.set(name, { family, symbolId });
    }
  }
  return (name) => known.get(name) ?? UNKNOWN;
}

export const Swatch = ({ style: { symbolId } }: { style: SeriesStyle }) => (
  <svg className="swatch" width="28" height="14" aria-hidden="true">
    <use href={`#${symbolId}`} />
  </svg>
);
