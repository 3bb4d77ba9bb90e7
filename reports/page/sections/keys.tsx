/** Every key the page answers to; a part that adds one says so here. */
const KEYS: readonly { readonly keys: readonly string[]; readonly what: string }[] = [
  { keys: ['?'], what: 'this help' },
  { keys: ['n'], what: 'the next question in front' },
  { keys: ['p'], what: 'the previous question in front' },
  { keys: ['Tab'], what: 'the next link, control, chart or table' },
  { keys: ['←', '→'], what: 'sideways in a table that is wider than the screen' },
  { keys: ['Enter', 'Space'], what: 'on a column’s head: sort by it, and again: the other way round' },
  { keys: ['←', '→', '↑', '↓'], what: 'in a chart: the points of a series, and the series one after the other' },
  { keys: ['Home', 'End'], what: 'in a chart: the ends of a series' },
  { keys: ['Enter', '1', '…', '8'], what: 'in a chart: highlight the series you are at, or the first to the eighth' },
  { keys: ['0'], what: 'in a chart: end that' },
  { keys: ['Esc'], what: 'leave a point of a chart; close this help' },
];

export const KeysDialog = () => (
  <dialog id="keys" className="keys" aria-labelledby="keys-title">
    <h2 id="keys-title">Keys</h2>
    <dl>
      {KEYS.map(({ keys, what }) => (
        <div key={what}>
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
    <p>
      <label>
        <input type="checkbox" id="keys-on" defaultChecked autoComplete="off" /> Answer to single keys (?, n, p)
      </label>
    </p>
    <button type="button" id="close-keys">
      Close
    </button>
  </dialog>
);
