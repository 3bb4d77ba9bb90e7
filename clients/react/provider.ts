import { createContext, createElement, type ReactNode, useContext, useState } from 'react';
import { Connections, type Surroundings } from './connections.ts';

const Shared = createContext<Connections | undefined>(undefined);

export interface TransportProviderProps extends Surroundings {
  readonly children?: ReactNode;
}

/**
 * Lets the components inside share connections: those that ask for the same name, address and settings have one. Its other properties
 * are read once, when it is mounted.
 */
export function TransportProvider({ children, ...surroundings }: TransportProviderProps): ReactNode {
  const [connections] = useState(() => new Connections(surroundings));
  return createElement(Shared, { value: connections }, children);
}

/** Connections of the provider above; without one, the component's own. */
export function useConnections(): Connections {
  const shared = useContext(Shared);
  const [own] = useState(() => new Connections());
  return shared ?? own;
}
