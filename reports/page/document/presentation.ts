/** Properties of shapes that a chart cannot be read without: lines are drawn, areas are told apart, and curves are not filled. */
const PROPERTIES = ['fill', 'stroke'] as const;

/** Values of these properties by class, as attributes of SVG have them. */
export type Presentation = ReadonlyMap<string, Partial<Record<(typeof PROPERTIES)[number], string>>>;

/** Colour of a series without a style sheet, which has one for each family of transports. */
const SERIES = 'gray';
/** Colour that shows what lies below. */
const TRANSLUCENT = 'none';

/** Rule for one class alone, outside of any condition. */
const RULE = /^\.([\w-]+)$/;
const SHAPE = /<(?:line|path|rect|circle|polyline|polygon)(?= )[^<>]*?class="([\w -]+)"/g;

/**
 * Reads how classes draw shapes from style sheets: a rule's selector is a single class, the values of variables are those of `:root`.
 * Rules under conditions such as a dark screen do not count.
 */
export function presentationOf(sheet: string): Presentation {
  const rules = [...withoutConditions(sheet).matchAll(/([^{}]+)\{([^{}]*)\}/g)].map(
    ([, selectors = '', body = '']) => ({
      selectors: selectors.split(',').map((one) => one.trim()),
      properties: new Map(
        body.split(';').map((line): [string, string] => {
          const [name = '', value = ''] = line.split(/:(.*)/s);
          return [name.trim(), value.trim()];
        }),
      ),
    }),
  );
  const variables = new Map(
    rules.flatMap(({ selectors, properties }) => (selectors.includes(':root') ? [...properties] : [])),
  );
  const classes = new Map<string, Partial<Record<(typeof PROPERTIES)[number], string>>>();
  for (const { selectors, properties } of rules) {
    const values = attributesOf(properties, variables);
    if (values.length === 0) continue;
    for (const selector of selectors) {
      const [, name] = RULE.exec(selector) ?? [];
      if (name !== undefined) classes.set(name, { ...classes.get(name), ...Object.fromEntries(values) });
    }
  }
  return classes;
}

/** Sheet without rules that depend on the medium. */
const withoutConditions = (sheet: string): string =>
  sheet.replaceAll(/@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, '').replaceAll(/\/\*.*?\*\//gs, '');

/** Attributes that a rule's shapes need. A shape with a fill is black without attributes, which is as well as a series' colour. */
function attributesOf(properties: ReadonlyMap<string, string>, variables: ReadonlyMap<string, string>) {
  const of = (name: (typeof PROPERTIES)[number]) => {
    const value = properties.get(name);
    return value === undefined ? [] : [[name, attributeOf(value, variables)] as const];
  };
  const [fill] = of('fill');
  if (fill === undefined || fill[1] === 'none') return [...of('fill'), ...of('stroke')];
  return fill[1] === SERIES ? [] : [fill];
}

function attributeOf(value: string, variables: ReadonlyMap<string, string>): string {
  if (/\btransparent\b/.test(value)) return TRANSLUCENT;
  const [, name] = /^var\((--[\w-]+)\)$/.exec(value) ?? [];
  return name === undefined ? value : (variables.get(name) ?? SERIES);
}

/**
 * Gives shapes the attributes that say what the style sheet says, for servers whose policy forbids it: there, lines would be invisible
 * and curves filled. A style sheet overrides attributes (SVG 2 §6.6), so elsewhere they change nothing.
 */
export const withPresentation = (markup: string, presentation: Presentation): string =>
  markup.replaceAll(SHAPE, (tag, classes: string) => {
    const values = Object.assign({}, ...classes.split(' ').map((name) => presentation.get(name)));
    const attributes = Object.entries(values).map(([name, value]) => ` ${name}="${value}"`);
    return tag + attributes.join('');
  });
