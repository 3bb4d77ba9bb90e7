/** Height added above the chart for its title, which in the page is outside of it, in units of the view box. */
const HEAD = 30;
const MARGIN = 12;

const PAINT = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'opacity'];
const TYPE = ['font-size', 'font-weight', 'text-anchor'];

/** Text of a self-contained SVG file of a chart, with the page's styles written into its attributes. */
export function standalone(chart: SVGSVGElement, title: string): string {
  const copy = chart.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) throw new Error('cloning the chart did not give an SVG element');
  dress(chart, copy);
  copy.querySelector('.cursor')?.remove();
  for (const name of copy.getAttributeNames()) if (name !== 'viewBox') copy.removeAttribute(name);
  const { width, height } = chart.viewBox.baseVal;
  const box = { x: -MARGIN, y: -HEAD, width: width + 2 * MARGIN, height: height + HEAD + MARGIN };
  const page = getComputedStyle(chart.closest('figure') ?? document.body);
  attributes(copy, {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `${box.x} ${box.y} ${box.width} ${box.height}`,
    width: box.width,
    height: box.height,
    role: 'img',
    'font-family': 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif',
    'font-size': 12,
  });
  const ground = svgElement('rect', { ...box, ...plain('fill', page.backgroundColor) });
  const heading = svgElement('text', {
    x: 0,
    y: 12 - HEAD / 2,
    'font-size': 14,
    'font-weight': 600,
    ...plain('fill', page.color),
  });
  heading.append(title);
  const name = svgElement('title', {});
  name.append(chart.getAttribute('aria-label') ?? title);
  const source = svgElement('desc', {});
  source.append(document.title);
  copy.prepend(name, source, ground, heading);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
}

function dress(original: Element, copy: Element): void {
  const style = getComputedStyle(original);
  const isText = original.tagName === 'text' || original.tagName === 'tspan';
  if (original.tagName !== 'title' && (original.childElementCount === 0 || isText)) {
    for (const property of isText ? [...PAINT, ...TYPE] : PAINT) {
      const value = style.getPropertyValue(property);
      if (value !== INITIAL[property]) attributes(copy, plain(property, value));
    }
  }
  if (original.tagName === 'g') {
    const { opacity } = style;
    if (opacity !== '1') attributes(copy, { opacity });
  }
  for (const [index, child] of [...original.children].entries()) {
    const twin = copy.children[index];
    if (twin !== undefined) dress(child, twin);
  }
  for (const name of copy.getAttributeNames()) {
    if (name === 'class' || name.startsWith('data-') || name.startsWith('aria-')) copy.removeAttribute(name);
  }
}

const INITIAL: Readonly<Record<string, string>> = {
  stroke: 'none',
  'stroke-width': '1px',
  'stroke-dasharray': 'none',
  'stroke-linecap': 'butt',
  'stroke-linejoin': 'miter',
  opacity: '1',
  'font-weight': '400',
  'text-anchor': 'start',
};

/** Attributes for a property. Rewrites mixed colours, which browsers give in a notation that few other programs read. */
function plain(property: string, value: string): Record<string, string> {
  const mixed = /^color\(srgb (\S+) (\S+) (\S+?)(?: \/ (\S+))?\)$/.exec(value);
  if (mixed === null) return { [property]: value };
  const [, red, green, blue, alpha] = mixed;
  const channels = [red, green, blue].map((channel) => Math.round(Number(channel) * 255));
  return {
    [property]: `rgb(${channels.join(', ')})`,
    ...(alpha === undefined ? {} : { [`${property}-opacity`]: alpha }),
  };
}

type Attributes = Readonly<Record<string, string | number>>;

export function svgElement(tag: string, values: Attributes): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  attributes(made, values);
  return made;
}

function attributes(to: Element, values: Attributes): void {
  for (const [name, value] of Object.entries(values)) to.setAttribute(name, String(value));
}
