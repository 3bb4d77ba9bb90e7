import { useState } from 'react';
import type { LabSettings, LabTransport, RunOrder } from '../../bench/lab/protocol.ts';
import { isSpoken } from './run.ts';

/** Usual load: few enough messages to be followed by eye. */
const USUAL = { size: 128, rate: 20, network: 'none' };
const MIN_SIZE = 16;

interface ControlsProps {
  readonly settings: LabSettings;
  readonly disabled: boolean;
  readonly start: (order: RunOrder) => void;
}

/** Form that says what is to be run. */
export function Controls({ settings, disabled, start }: ControlsProps) {
  const { transports, networks, maxSize, maxRate } = settings;
  const spoken = transports.filter(({ name }) => isSpoken(name));
  const [chosen, setChosen] = useState<readonly string[]>(() => usualChoice(spoken));
  const [size, setSize] = useState(USUAL.size);
  const [rate, setRate] = useState(USUAL.rate);
  const [network, setNetwork] = useState(USUAL.network);
  const toggle = (name: string): void =>
    setChosen(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]);
  const boxes = (of: readonly LabTransport[]) =>
    of.map((one) => <Box key={one.name} transport={one} checked={chosen.includes(one.name)} toggle={toggle} />);
  // In the order of the list, whatever they were clicked in.
  const order = spoken.flatMap(({ name }) => (chosen.includes(name) ? [name] : []));
  return (
    <form
      className="card lab-controls"
      onSubmit={(event) => {
        event.preventDefault();
        start({ transports: order, size, rate, network });
      }}
    >
      <fieldset disabled={disabled}>
        <legend>Transports</legend>
        <div className="lab-boxes">{boxes(spoken.filter(({ name }) => !isVariant(name)))}</div>
        <details>
          <summary>Variants</summary>
          <div className="lab-boxes">{boxes(spoken.filter(({ name }) => isVariant(name)))}</div>
        </details>
      </fieldset>
      <fieldset disabled={disabled} className="lab-load">
        <legend>Load of each</legend>
        <label>
          Message size, bytes
          <input
            type="number"
            required
            min={MIN_SIZE}
            max={maxSize}
            value={size}
            onChange={({ target }) => setSize(target.valueAsNumber)}
          />
        </label>
        <label>
          Messages a second
          <input
            type="number"
            required
            min={1}
            max={maxRate}
            value={rate}
            onChange={({ target }) => setRate(target.valueAsNumber)}
          />
        </label>
        <label>
          Network
          <select value={network} onChange={({ target }) => setNetwork(target.value)}>
            {networks.map(({ id, parts }) => (
              <option key={id} value={id}>
                {parts === '' ? `${id}: this machine as it is` : `${id}: ${parts.replaceAll('+', ' ')}`}
              </option>
            ))}
          </select>
        </label>
      </fieldset>
      <div className="lab-go">
        <button type="submit" className="lab-primary" disabled={disabled || order.length === 0}>
          Start
        </button>
        {order.length === 0 ? <span className="quiet">Choose a transport.</span> : null}
      </div>
    </form>
  );
}

const isVariant = (name: string): boolean => name.includes(':');

/** One transport of each of the first two families. */
function usualChoice(transports: readonly LabTransport[]): string[] {
  const usable = transports.filter(({ name, unavailable }) => unavailable === undefined && !isVariant(name));
  const firsts = [...Map.groupBy(usable, ({ family }) => family).values()].flatMap(([first]) => first?.name ?? []);
  return firsts.slice(0, 2);
}

interface BoxProps {
  readonly transport: LabTransport;
  readonly checked: boolean;
  readonly toggle: (name: string) => void;
}

function Box({ transport: { name, title, family, unavailable }, checked, toggle }: BoxProps) {
  return (
    <label className={`lab-box family-${family}`}>
      <input type="checkbox" checked={checked} disabled={unavailable !== undefined} onChange={() => toggle(name)} />
      <span>
        <span className="lab-swatch" aria-hidden="true" /> {name}
        <small className="quiet">{unavailable === undefined ? title : `unavailable here: ${unavailable}`}</small>
      </span>
    </label>
  );
}
