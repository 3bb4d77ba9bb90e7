type Props = {
  /** Id of what is copied: its text, and of lists of facts a line each. */
  readonly of: string;
  readonly children: string;
};

/** The script's: `live/copy.ts`. */
export const CopyButton = ({ of, children }: Props) => (
  <p className="copy needs-script">
    <button type="button" data-copy={of}>
      {children}
    </button>{' '}
    <span className="copied" aria-hidden="true" />
  </p>
);
