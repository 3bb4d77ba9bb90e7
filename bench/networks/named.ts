/** A network that has a name: its parts, and the origin of its numbers. */
interface NamedNetwork {
  readonly parts: string;
  readonly source: string;
}

const DEVTOOLS = 'Chrome DevTools, network throttling presets';
const LIGHTHOUSE = 'Lighthouse, throttling constants';
const LOADERO = 'Loadero, network conditions';
const OURS = 'Wirebench';

/** Named networks, from the slowest of DevTools on. Loss and jitter are those of one direction. */
export const NAMED = {
  'slow-3g': { parts: 'rtt=400ms+down=500kbit+up=500kbit', source: DEVTOOLS },
  'slow-4g': { parts: 'rtt=150ms+down=1.6mbit+up=750kbit', source: `${DEVTOOLS}; ${LIGHTHOUSE} (mobile)` },
  'fast-4g': { parts: 'rtt=60ms+down=9mbit+up=1.5mbit', source: DEVTOOLS },
  'regular-3g': { parts: 'rtt=300ms+down=700kbit+up=700kbit', source: LIGHTHOUSE },
  'dense-4g': { parts: 'rtt=40ms+down=10.24mbit+up=10.24mbit', source: `${LIGHTHOUSE} (desktop)` },
  cable: { parts: 'rtt=28ms+down=5mbit+up=1mbit', source: 'WebPageTest, connectivity profiles' },
  '3g-lossy': { parts: 'rtt=250ms+jitter=25ms+loss=0.5%+down=1.2mbit+up=1.2mbit', source: LOADERO },
  'edge-lossy': { parts: 'rtt=650ms+jitter=50ms+loss=1%+down=200kbit+up=260kbit', source: LOADERO },
  transatlantic: { parts: 'rtt=90ms+jitter=1ms+loss=0.01%+down=100mbit+up=100mbit', source: OURS },
  '4g-lossy': { parts: 'rtt=60ms+jitter=7.5ms+loss=0.5%+burst=3+down=9mbit+up=1.5mbit', source: OURS },
  'wifi-bad': { parts: 'rtt=40ms+jitter=15ms+loss=2%+burst=4+down=10mbit+up=5mbit', source: OURS },
  satellite: { parts: 'rtt=40ms+jitter=7.5ms+loss=0.5%+down=100mbit+up=15mbit', source: OURS },
} as const satisfies Readonly<Record<string, NamedNetwork>>;

export type NetworkName = keyof typeof NAMED;
