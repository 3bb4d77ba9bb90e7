import type { ReactNode } from 'react';
import { partsOf } from '../../../bench/results/command.ts';
import type { Sentence, Warning } from '../../model/model.ts';
import { ICONS, slugOf, type Word } from '../../model/verdict.ts';
import type { SeriesStyle, SeriesStyles } from './series-style.ts';

/** Isolates a name: it comes from the results, and one written from right to left must not turn the text around it. */
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

/** Text with its commands as code, which copies as one line. */
export const Prose = ({ children }: { children: string }) =>
  partsOf(children).map(({ text, isCommand }, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text have no other name
    isCommand ? <code key={index}>{text}</code> : unbroken(text),
  );

/** Keeps a figure and its unit on one line. */
export const unbroken = (text: string): string => text.replace(/ (?=(?:%|m?s|B|msg\/s)(?![a-z]))/g, '\u00a0');

export const VerdictWord = ({ word }: { word: Word }) => (
  <span className={`verdict verdict-${slugOf(word)}`}>
    <span aria-hidden="true">{ICONS[word]}</span> {word}
  </span>
);

/** A transport's line and marker as the charts draw them. It refers to a symbol, since a page shows it hundreds of times. */
export const Swatch = ({ style }: { style: SeriesStyle }) => (
  <svg className="swatch" width="28" height="14" aria-hidden="true">
    <use href={`#${style.symbolId}`} />
  </svg>
);

/** Head cell of a transport's row. */
export const SeriesHead = ({ name, styles }: { name: string; styles: SeriesStyles }) => (
  <th scope="row">
    <Swatch style={styles(name)} /> <Name>{name}</Name>
  </th>
);

/** Head cells of columns that need only a name. */
export const Heads = ({ of, className }: { of: readonly (string | number)[]; className?: string }) =>
  of.map((head) => (
    <th key={head} scope="col" className={className}>
      {head}
    </th>
  ));

/** Entry of a list of facts. */
export const Fact = ({ term, children }: { term: string; children: ReactNode }) => (
  <div>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </div>
);

/** Region in which wide content scrolls, so that the page itself never does. */
export const Scroll = ({ label, children }: { label: string; children: ReactNode }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
  <section className="scroll" aria-label={label} tabIndex={0}>
    {children}
  </section>
);

type FigureBodyProps = {
  readonly title: string;
  /** Explanation of what is drawn as what, and of what the figure does not show. */
  readonly note?: string;
  readonly data: ReactNode;
  readonly children: ReactNode;
};

/** Chart with a note on how to read it and its numbers as a table. */
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
  /** Id that other parts of the page link to. */
  readonly id?: string;
  readonly title: string;
  readonly takeaway: string;
  /** Controls for other forms of the figure; they need the script. */
  readonly choices?: ReactNode;
  readonly children: ReactNode;
};

/** Figure under its title and its finding. */
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

/** Chart under its title and finding, with a note and its numbers as a table. */
export const Figure = (props: FigureProps) => (
  <FigureFrame {...props}>
    <FigureBody {...props} />
  </FigureFrame>
);

/** Shortens a name to fit beside a chart; the tables have it in full. */
export const shortened = (name: string, length: number): string => {
  const characters = [...name];
  return characters.length <= length ? name : `${characters.slice(0, length - 1).join('')}…`;
};

/** Section of warnings to know before a figure is quoted, each with its remedy. */
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
        <Prose>{text}</Prose>{' '}
        <span className="action">
          → <Prose>{action}</Prose>
        </span>
      </li>
    ))}
  </ul>
);
