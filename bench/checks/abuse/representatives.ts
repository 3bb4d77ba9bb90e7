import { framingOf, surfaceOf, type TransportChoice } from '../../transports/index.ts';
import { attacksOn } from './attacks.ts';

/**
 * Variants whose abuse tries what no other's does, of all those given: one that has attacks of its own, which neither its transport nor
 * an earlier variant of it has, and the first of each protocol whose server keeps a state from message to message, as for
 * compression. The others share the code that defends their transport, so that only the soak attacks them all.
 */
export async function representatives<Choice extends TransportChoice>(choices: readonly Choice[]): Promise<Choice[]> {
  const tried = new Map<string, Set<string>>();
  const keeping = new Set<string | undefined>();
  const chosen: Choice[] = [];
  for (const choice of choices) {
    const surface = surfaceOf(choice);
    const names = (await attacksOn(choice, surface)).map(({ name }) => name);
    const before = tried.get(choice.entry.id) ?? new Set();
    tried.set(choice.entry.id, new Set([...before, ...names]));
    if (choice.variant === null) continue;
    const isFirst = keepsState(choice) && !keeping.has(surface?.protocol);
    if (isFirst) keeping.add(surface?.protocol);
    if (isFirst || names.some((name) => !before.has(name))) chosen.push(choice);
  }
  return chosen;
}

/** True if the bytes of a message depend on those before it. */
export function keepsState(choice: TransportChoice): boolean {
  const framing = framingOf(choice);
  return framing !== undefined && 'session' in framing;
}
