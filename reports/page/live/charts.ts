/**
 * Reading charts: by keyboard, by pointer, by ear. A chart needs nothing but its markup for it (`chart.tsx` makes it so):
 *
 * - `<svg class="chart" role="img" aria-label="…" data-nearest="point|row">`, everything inside hidden from the accessibility tree;
 * - in it a `<g class="series" data-series="name" data-points="x y text|x y text|…">` for each series, in the order in which they are
 *   read, with its direct label as `<text class="label">`; `muted` is added to its classes while it is drawn grey;
 * - around it the `<figure>` of `parts.tsx`, whose table holds the same numbers.
 */
export function charts(_page: Document): void {}
