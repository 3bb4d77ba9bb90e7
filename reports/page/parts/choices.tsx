/** Names of the URL parameters that keep the reader's choices of figures; a choice holds for all questions, as the order of tables does. */
export const METRIC = 'metric';
export const AXIS = 'axis';
export const DISTRIBUTION = 'distribution';
export const OBJECTIVE = 'objective';

type ChoiceProps = {
  /** Name of its URL parameter. */
  readonly name: string;
  readonly label: string;
  /** Values with their labels; the first is the default. */
  readonly options: readonly (readonly [value: string, text: string])[];
};

/** Lets the reader pick another form of a figure; `live/charts/choices.ts` keeps it and the URL in step. */
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

/** Asks for a number above zero; empty until the reader gives one. */
export const NumberField = ({ name, label }: FieldProps) => (
  <label>
    {label} <input data-choice={name} type="number" min="0" step="any" size={8} autoComplete="off" />
  </label>
);
