/** The page's style sheets in `styles/`, in the order in which they hold. */
export const STYLES = [
  'base.css',
  'frame.css',
  'answer.css',
  'charts.css',
  'time.css',
  'wire.css',
  'trust.css',
  'data.css',
  'compare.css',
  'advisor.css',
] as const;
