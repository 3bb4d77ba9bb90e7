import { type Identities, markerPath } from './identity.ts';

/** Apart from `Swatch`, so that who shows them need not be able to draw them. */
export const Swatches = ({ identities }: { identities: Identities }) => (
  <svg className="swatches" width="0" height="0" aria-hidden="true">
    {identities.all.map((identity) => (
      <symbol key={identity.symbolId} id={identity.symbolId} viewBox="-14 -7 28 14">
        <g className={`family-${identity.family}`}>
          <line className="series-line" x1="-13" x2="13" strokeDasharray={identity.dash} />
          <path className="series-mark" d={markerPath(identity, 46)} />
        </g>
      </symbol>
    ))}
  </svg>
);
