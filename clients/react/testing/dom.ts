import { Window } from 'happy-dom';
import type { ReactNode } from 'react';

// React looks for them when it is loaded, so that happens after this.
const window = new Window({ url: 'http://localhost/' });
Object.assign(globalThis, { window, document: window.document });
const { createRoot, hydrateRoot } = await import('react-dom/client');

/** Components that are mounted in a document; they are unmounted when it is disposed of. */
export interface Mounted extends Disposable {
  readonly text: string;
  /** Errors that no component caught, and differences from the server's markup. */
  readonly errors: unknown[];
  render(node: ReactNode): void;
  unmount(): void;
}

/** Mounts components, or takes over the markup that a server has rendered. */
export function mount(node: ReactNode, markup?: string): Mounted {
  const place = window.document.createElement('div');
  window.document.body.append(place);
  const errors: unknown[] = [];
  const note = (error: unknown): void => void errors.push(error);
  const options = { onUncaughtError: note, onRecoverableError: note };
  if (markup !== undefined) place.innerHTML = markup;
  const container = place as unknown as Element;
  const root = markup === undefined ? createRoot(container, options) : hydrateRoot(container, node, options);
  if (markup === undefined) root.render(node);
  const unmount = (): void => {
    root.unmount();
    place.remove();
  };
  return {
    get text() {
      return place.textContent ?? '';
    },
    errors,
    render: (next) => root.render(next),
    unmount,
    [Symbol.dispose]: unmount,
  };
}
