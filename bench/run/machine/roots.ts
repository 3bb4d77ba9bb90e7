/** Places where the kernel tells of the machine; recorded trees in tests. */
export interface Roots {
  readonly proc: string;
  readonly sys: string;
}

export const ROOTS: Roots = { proc: '/proc', sys: '/sys' };

/** Places that the environment names in the stead of the usual ones; an empty name leaves out what is read there. */
export const rootsIn = ({
  WIREBENCH_PROC = ROOTS.proc,
  WIREBENCH_SYS = ROOTS.sys,
}: Readonly<Record<string, string | undefined>>): Roots => ({ proc: WIREBENCH_PROC, sys: WIREBENCH_SYS });
