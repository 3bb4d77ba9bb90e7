// Simulates how colours look to people who lack a type of cone, and in greyscale.

/** Colour in linear light, each channel from 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number];
export type Vision = keyof typeof VISIONS;

type Matrix = readonly [Colour, Colour, Colour];

/** Matrices for linear light: Machado, Oliveira and Fernandes, 2009, severity 1; greyscale is the luminance of sRGB. */
const VISIONS = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
  greyscale: [
    [0.2126, 0.7152, 0.0722],
    [0.2126, 0.7152, 0.0722],
    [0.2126, 0.7152, 0.0722],
  ],
} as const satisfies Record<string, Matrix>;

export const ALL_VISIONS: readonly Vision[] = ['usual', 'protanopia', 'deuteranopia', 'tritanopia', 'greyscale'];

/** Parses a colour such as `#1f63c4`. */
export function colourOf(hex: string): Colour {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex.trim());
  if (digits === null) throw new Error(`${hex} is no colour`);
  const [red = 0, green = 0, blue = 0] = digits.slice(1).map((pair) => linear(Number.parseInt(pair, 16) / 255));
  return [red, green, blue];
}

const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

export function seenBy(vision: Vision, colour: Colour): Colour {
  const [red, green, blue] = VISIONS[vision].map((row) =>
    Math.min(1, Math.max(0, row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2])),
  );
  return [red ?? 0, green ?? 0, blue ?? 0];
}

/** CIE 1976 colour difference; 2.3 is just noticeable side by side. */
export function difference(a: Colour, b: Colour): number {
  const [labA, labB] = [labOf(a), labOf(b)];
  return Math.hypot(labA[0] - labB[0], labA[1] - labB[1], labA[2] - labB[2]);
}

function labOf([red, green, blue]: Colour): Colour {
  const x = curve((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
  const y = curve(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  const z = curve((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const curve = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);

/** WCAG contrast ratio: graphical marks need 3, text 4.5. */
export function contrast(a: Colour, b: Colour): number {
  const [dark = 0, light = 0] = [a, b]
    .map(([r, g, bl]) => 0.2126 * r + 0.7152 * g + 0.0722 * bl)
    .toSorted((p, q) => p - q);
  return (light + 0.05) / (dark + 0.05);
}
