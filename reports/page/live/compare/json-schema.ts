/** As much of JSON Schema as the schema of results makes use of. A keyword that is not here is refused, never passed over. */
export type JsonSchema = {
  readonly $schema?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
};

export type Misfit = { readonly path: string; readonly message: string };

/** Where and why a document does not keep to a schema: its first misfits, none where it does. */
export function misfits(schema: JsonSchema, document: unknown, max = 5): Misfit[] {
  const found: Misfit[] = [];
  const $defs = schema.$defs ?? {};
  const say = (path: string, message: string): void => {
    if (found.length < max) found.push({ path, message });
  };
  const fits = (at: JsonSchema, value: unknown): boolean => misfits({ ...at, $defs }, value, 1).length === 0;

  const rules: Readonly<Record<string, Rule>> = {
    $schema: () => {},
    $defs: () => {},
    $ref: ({ $ref = '' }, value, path) => {
      const definition = $defs[$ref.replace('#/$defs/', '')];
      if (definition === undefined) throw new Error(`the schema refers to what it does not hold: ${$ref}`);
      visit(definition, value, path);
    },
    type: ({ type = [] }, value, path) => {
      const types = [type].flat();
      if (!types.some((one) => isA(one, value))) say(path, `expected ${types.join(' or ')}, found ${nameOf(value)}`);
    },
    const: (at, value, path) => {
      if (value !== at.const) say(path, `expected ${JSON.stringify(at.const)}`);
    },
    enum: (at, value, path) => {
      if (!(at.enum ?? []).includes(value)) say(path, `expected one of ${(at.enum ?? []).join(', ')}`);
    },
    minimum: ({ minimum = 0 }, value, path) => {
      if (typeof value === 'number' && value < minimum) say(path, `expected at least ${minimum}`);
    },
    maximum: ({ maximum = 0 }, value, path) => {
      if (typeof value === 'number' && value > maximum) say(path, `expected at most ${maximum}`);
    },
    exclusiveMinimum: ({ exclusiveMinimum = 0 }, value, path) => {
      if (typeof value === 'number' && value <= exclusiveMinimum) say(path, `expected more than ${exclusiveMinimum}`);
    },
    minItems: ({ minItems = 0 }, value, path) => {
      if (Array.isArray(value) && value.length < minItems) say(path, `expected at least ${minItems} of them`);
    },
    maxItems: ({ maxItems = 0 }, value, path) => {
      if (Array.isArray(value) && value.length > maxItems) say(path, `expected at most ${maxItems} of them`);
    },
    items: ({ items = {} }, value, path) => {
      if (Array.isArray(value)) for (const [index, one] of value.entries()) visit(items, one, within(path, index));
    },
    properties: ({ properties = {} }, value, path) => {
      if (!isRecord(value)) return;
      for (const [name, property] of Object.entries(properties)) {
        if (Object.hasOwn(value, name)) visit(property, value[name], within(path, name));
      }
    },
    required: ({ required = [] }, value, path) => {
      if (!isRecord(value)) return;
      for (const name of required) if (!Object.hasOwn(value, name)) say(within(path, name), 'is missing');
    },
    propertyNames: ({ propertyNames = {} }, value, path) => {
      if (isRecord(value)) for (const name of Object.keys(value)) visit(propertyNames, name, within(path, name));
    },
    additionalProperties: ({ properties = {}, additionalProperties = {} }, value, path) => {
      if (!isRecord(value)) return;
      for (const [name, one] of Object.entries(value)) {
        if (!Object.hasOwn(properties, name)) visit(additionalProperties, one, within(path, name));
      }
    },
    anyOf: ({ anyOf = [] }, value, path) => oneOf(anyOf, value, path),
    oneOf: (at, value, path) => oneOf(at.oneOf ?? [], value, path),
  };

  /** What is wrong is said of the one that is meant, where a constant of it tells which that is. */
  function oneOf(choices: readonly JsonSchema[], value: unknown, path: string): void {
    if (choices.some((choice) => fits(choice, value))) return;
    const meant = choices.filter((choice) => isMeant(choice, value));
    const [only] = meant;
    if (only !== undefined && meant.length === 1) visit(only, value, path);
    else say(path, 'is none of the forms it may have');
  }

  function visit(at: JsonSchema, value: unknown, path: string): void {
    for (const keyword of Object.keys(at)) {
      if (found.length >= max) return;
      const rule = rules[keyword];
      if (rule === undefined) throw new Error(`the schema has a keyword that is not known here: ${keyword}`);
      rule(at, value, path);
    }
  }

  visit(schema, document, '');
  return found;
}

type Rule = (at: JsonSchema, value: unknown, path: string) => void;

const within = (path: string, name: string | number): string => (path === '' ? `${name}` : `${path}.${name}`);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isA(type: string, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isRecord(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    // JSON can write numbers too great to be one: 1e999.
    case 'number':
      return Number.isFinite(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

const nameOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isNaN(value) ? 'NaN' : typeof value;

/** Every constant among its properties is as it says. */
function isMeant({ properties = {} }: JsonSchema, value: unknown): boolean {
  if (!isRecord(value)) return false;
  const constants = Object.entries(properties).filter(([, property]) => property.const !== undefined);
  return constants.length > 0 && constants.every(([name, property]) => value[name] === property.const);
}
