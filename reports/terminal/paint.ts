export type Paint = (text: string) => string;
export type Paints = Readonly<Record<'bold' | 'dim' | 'green' | 'red' | 'cyan' | 'yellow', Paint>>;

const code =
  (on: number, off: number): Paint =>
  (text) =>
    text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;

const ansi: Paints = {
  bold: code(1, 22),
  dim: code(2, 22),
  green: code(32, 39),
  red: code(31, 39),
  cyan: code(36, 39),
  yellow: code(33, 39),
};

const same: Paint = (text) => text;
const plain: Paints = { bold: same, dim: same, green: same, red: same, cyan: same, yellow: same };

export const paints = (colour: boolean): Paints => (colour ? ansi : plain);
