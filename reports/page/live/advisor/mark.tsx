import type { Look } from './looks.ts';

export const Mark = ({ look: { symbolId } }: { look: Look }) => (
  <svg className="swatch" width="28" height="14" aria-hidden="true">
    <use href={`#${symbolId}`} />
  </svg>
);
