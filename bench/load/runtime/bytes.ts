/** Operations on bytes, for which a runtime may have faster ones than the language. */
export interface Bytes {
  /** Returns bytes of any content. */
  allocate(length: number): Uint8Array;
  isEqual(one: Uint8Array, other: Uint8Array): boolean;
}

/** Operations of the language itself. */
export const plainBytes: Bytes = {
  allocate: (length) => new Uint8Array(length),
  isEqual(one, other) {
    if (one.length !== other.length) return false;
    for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
    return true;
  },
};
