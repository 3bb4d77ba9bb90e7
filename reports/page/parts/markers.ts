/** Draws a marker of the area `scale`² around the origin. The chart library's own would be a twelfth of the script that a report carries. */
export type Marker = (scale: number) => string;

type Corner = readonly [x: number, y: number];

const tenths = (value: number): string => String(Math.round(value * 10) / 10);

const polygon =
  (corners: readonly Corner[]): Marker =>
  (scale) =>
    `M${corners.map(([x, y]) => `${tenths(x * scale)},${tenths(y * scale)}`).join('L')}Z`;

/** Scales corners that enclose `area` to one unit of area. */
const ofArea = (area: number, corners: readonly Corner[]): Marker =>
  polygon(corners.map(([x, y]) => [x / Math.sqrt(area), y / Math.sqrt(area)]));

const turned = (corners: readonly Corner[], times: number): Corner[] =>
  Array.from({ length: times }, (_, time) => {
    const [cos, sin] = [Math.cos((time * 2 * Math.PI) / times), Math.sin((time * 2 * Math.PI) / times)];
    return corners.map(([x, y]): Corner => [x * cos - y * sin, x * sin + y * cos]);
  }).flat();

const ROOT3 = Math.sqrt(3);
const TRIANGLE: readonly Corner[] = [
  [0, -2],
  [ROOT3, 1],
  [-ROOT3, 1],
];
/** Ratio of inner to outer radius of a five-pointed star whose edges run on into one another. */
const INNER = Math.sin(Math.PI / 10) / Math.sin((7 * Math.PI) / 10);

const circle: Marker = (scale) => {
  const radius = tenths(scale / Math.sqrt(Math.PI));
  return `M${radius},0A${radius},${radius},0,1,1,-${radius},0A${radius},${radius},0,1,1,${radius},0`;
};
const square = polygon([
  [-0.5, -0.5],
  [0.5, -0.5],
  [0.5, 0.5],
  [-0.5, 0.5],
]);
const triangle = ofArea(3 * ROOT3, TRIANGLE);
const inverted = ofArea(
  3 * ROOT3,
  TRIANGLE.map(([x, y]) => [x, -y]),
);
const diamond = ofArea(2 / ROOT3, [
  [0, -1],
  [1 / ROOT3, 0],
  [0, 1],
  [-1 / ROOT3, 0],
]);
const cross = ofArea(
  5,
  turned(
    [
      [-0.5, -1.5],
      [0.5, -1.5],
      [0.5, -0.5],
    ],
    4,
  ),
);
const star = ofArea(
  5 * INNER * Math.sin(Math.PI / 5),
  turned(
    [
      [0, -1],
      [INNER * Math.sin(Math.PI / 5), -INNER * Math.cos(Math.PI / 5)],
    ],
    5,
  ),
);
/** Distance from the centre to the square arms: the inner radius of the triangle of side 1 between them. */
const INSIDE = 1 / (2 * ROOT3);
const wye = ofArea(
  3 + ROOT3 / 4,
  turned(
    [
      [0.5, INSIDE],
      [0.5, INSIDE + 1],
      [-0.5, INSIDE + 1],
    ],
    3,
  ),
);

/** All markers, in the order in which transports get them. */
export const MARKERS: readonly [Marker, ...Marker[]] = [circle, square, triangle, diamond, cross, inverted, star, wye];
