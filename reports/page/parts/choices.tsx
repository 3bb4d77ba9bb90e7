/** Names in the address under which a reader's choices of figures stand: of all questions alike, like the order of their tables. */
export const METRIC = 'metric';
export const AXIS = 'axis';
export const DISTRIBUTION = 'distribution';
export const OBJECTIVE = 'objective';

type ChoiceProps = {
  /** Under which the address has it. */
  readonly name: string;
  readonly label: string;
  /** Values and what they are called; the first is what is shown unless a reader asks for another. */
  readonly options: readonly (readonly [value: string, text: string])[];
};

/** Asks for another form of a figure; `live/choices.ts` keeps it and the address the same. */
export const Choice = ({ name, label, options }: ChoiceProps) => (
  <label>
    {label}{' '}
    <select data-choice={name} autoComplete="off">
      {options.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  </label>
);

type FieldProps = { readonly name: string; readonly label: string };

/** Asks for a number above zero; empty until a reader gives one. */
export const NumberField = ({ name, label }: FieldProps) => (
  <label>
    {label} <input data-choice={name} type="number" min="0" step="any" size={8} autoComplete="off" />
  </label>
);
