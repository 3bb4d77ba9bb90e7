export type NavigationEntry = { readonly id: string; readonly title: string };

/** At the left of a wide screen, a bar at the top of a narrow one; its script marks where the reader is. */
export const Navigation = ({ entries }: { entries: readonly NavigationEntry[] }) => (
  <nav className="sections" aria-label="Sections">
    <ul>
      {entries.map(({ id, title }) => (
        <li key={id}>
          <a href={`#${id}`}>{title}</a>
        </li>
      ))}
    </ul>
  </nav>
);
