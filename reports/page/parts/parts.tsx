import type { ReactNode } from 'react';
import type { Sentence, Warning } from '../../model/model.ts';
import { ICONS, type Word } from '../../model/verdict.ts';
import type { Identities, Identity } from './identity.ts';

/** Names come from the results and may be written in any direction: isolated, they cannot turn what surrounds them. */
export const Name = ({ children }: { children: string }) => <bdi>{children}</bdi>;

export const Phrases = ({ sentence }: { sentence: Sentence }) =>
  sentence.map(({ text, strong }, index) =>
    strong ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: rendered once, to a string
      <strong key={index}>
        <Name>{text}</Name>
      </strong>
    ) : (
      unbroken(text)
    ),
  );

/** Keeps a figure and its unit on one line. */
export const unbroken = (text: string): string => text.replace(/ (?=(?:%|ms|B|msg\/s)(?![a-z]))/g, '\u00a0');

export const VerdictWord = ({ word }: { word: Word }) => (
  <span className={`verdict verdict-${word.replace(' ', '-')}`}>
    <span aria-hidden="true">{ICONS[word]}</span> {word}
  </span>
);

/** A transport's line and marker, as they are drawn in the charts. Drawn once, by `Swatches`: a page shows it hundreds of times. */
export const Swatch = ({ identity }: { identity: Identity }) => (
  <svg className="swatch" width="28" height="14" aria-hidden="true">
    <use href={`#${identity.symbolId}`} />
  </svg>
);

/** The head of a transport's row. */
export const SeriesHead = ({ name, identities }: { name: string; identities: Identities }) => (
  <th scope="row">
    <Swatch identity={identities(name)} /> <Name>{name}</Name>
  </th>
);

/** Heads of columns that have nothing to say but their names. */
export const Heads = ({ of, className }: { of: readonly (string | number)[]; className?: string }) =>
  of.map((head) => (
    <th key={head} scope="col" className={className}>
      {head}
    </th>
  ));

/** One of a list of facts. */
export const Fact = ({ term, children }: { term: string; children: ReactNode }) => (
  <div>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </div>
);

/** Wide things scroll in here, so that the page itself never does. */
export const Scroll = ({ label, children }: { label: string; children: ReactNode }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
  <section className="scroll" aria-label={label} tabIndex={0}>
    {children}
  </section>
);

type FigureBodyProps = {
  readonly title: string;
  /** How to read it: what is drawn as what, and what it is not. */
  readonly note?: string;
  readonly data: ReactNode;
  readonly children: ReactNode;
};

/** A chart, how to read it, and its numbers as a table. */
export const FigureBody = ({ title, note, data, children }: FigureBodyProps) => (
  <>
    <Scroll label={`Chart: ${title}`}>{children}</Scroll>
    {note === undefined ? null : (
      <p className="note">
        <strong>How to read this:</strong> {note}
      </p>
    )}
    <details>
      <summary>Data table</summary>
      <Scroll label={`Data: ${title}`}>{data}</Scroll>
    </details>
  </>
);

type FigureFrameProps = {
  /** What other parts link to. */
  readonly id?: string;
  readonly title: string;
  readonly takeaway: string;
  /** How a reader has it otherwise, which takes the script. */
  readonly choices?: ReactNode;
  readonly children: ReactNode;
};

/** What a figure shows in words, and below that the figure. */
export const FigureFrame = ({ id, title, takeaway, choices, children }: FigureFrameProps) => (
  <figure id={id} className="card">
    <figcaption>
      <h3>{title}</h3>
      <p>{takeaway}</p>
    </figcaption>
    {choices === undefined ? null : <p className="figure-choices needs-script">{choices}</p>}
    {children}
  </figure>
);

type FigureProps = FigureBodyProps & Omit<FigureFrameProps, 'children'>;

/** A chart under what it shows in words, with its numbers as a table. */
export const Figure = (props: FigureProps) => (
  <FigureFrame {...props}>
    <FigureBody {...props} />
  </FigureFrame>
);

/** Labels beside a chart have little room; the whole name stands in the tables. */
export const shortened = (name: string, length: number): string => {
  const characters = [...name];
  return characters.length <= length ? name : `${characters.slice(0, length - 1).join('')}…`;
};

/** What to know before a figure is quoted, each with what to do about it. */
export function Warnings({ warnings }: { readonly warnings: readonly Warning[] }) {
  if (warnings.length === 0) return null;
  return (
    <section id="warnings" className="block">
      <h2>Warnings</h2>
      <WarningList warnings={warnings} />
    </section>
  );
}

export const WarningList = ({ warnings }: { readonly warnings: readonly Warning[] }) => (
  <ul className="warnings">
    {warnings.map(({ text, action }) => (
      <li key={text}>
        {text} <span className="action">→ {action}</span>
      </li>
    ))}
  </ul>
);
