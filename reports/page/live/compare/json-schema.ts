import { isRecord } from '../../../../bench/results/newer.ts';

/** Keywords of JSON Schema that the schema of results uses. Other keywords are rejected, never ignored. */
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

/** Lists the first `max` places in which a document violates a schema, with the reasons. */
export function misfits(schema: JsonSchema, document: unknown, max = 5): Misfit[] {
  return misfitsOf(schema, document, max, schema.$defs ?? {});
}

function misfitsOf(
  schema: JsonSchema,
  document: unknown,
  max: number,
  $defs: NonNullable<JsonSchema['$defs']>,
): Misfit[] {
  const found: Misfit[] = [];
  const check: Check = {
    $defs,
    report(path, message) {
      if (found.length < max) found.push({ path, message });
    },
    visit(at, value, path) {
      for (const keyword of Object.keys(at)) {
        if (found.length >= max) return;
        const rule = RULES[keyword];
        if (rule === undefined) throw new Error(`unsupported keyword in the schema: ${keyword}`);
        rule(at, value, path, check);
      }
    },
  };
  check.visit(schema, document, '');
  return found;
}

/** One document's check against one schema. */
type Check = {
  readonly $defs: NonNullable<JsonSchema['$defs']>;
  report(path: string, message: string): void;
  visit(at: JsonSchema, value: unknown, path: string): void;
};

type Rule = (at: JsonSchema, value: unknown, path: string, check: Check) => void;

const RULES: Readonly<Record<string, Rule>> = {
  $schema: () => {},
  $defs: () => {},
  $ref: ({ $ref = '' }, value, path, { $defs, visit }) => {
    const definition = $defs[$ref.replace('#/$defs/', '')];
    if (definition === undefined) throw new Error(`the schema has no definition ${$ref}`);
    visit(definition, value, path);
  },
  type: ({ type = [] }, value, path, { report }) => {
    const types = [type].flat();
    if (!types.some((one) => isA(one, value))) report(path, `expected ${types.join(' or ')}, found ${nameOf(value)}`);
  },
  const: (at, value, path, { report }) => {
    if (value !== at.const) report(path, `expected ${JSON.stringify(at.const)}`);
  },
  enum: (at, value, path, { report }) => {
    if (!(at.enum ?? []).includes(value)) report(path, `expected one of ${(at.enum ?? []).join(', ')}`);
  },
  minimum: ({ minimum = 0 }, value, path, { report }) => {
    if (typeof value === 'number' && value < minimum) report(path, `expected at least ${minimum}`);
  },
  maximum: ({ maximum = 0 }, value, path, { report }) => {
    if (typeof value === 'number' && value > maximum) report(path, `expected at most ${maximum}`);
  },
  exclusiveMinimum: ({ exclusiveMinimum = 0 }, value, path, { report }) => {
    if (typeof value === 'number' && value <= exclusiveMinimum) report(path, `expected more than ${exclusiveMinimum}`);
  },
  minItems: ({ minItems = 0 }, value, path, { report }) => {
    if (Array.isArray(value) && value.length < minItems) report(path, `expected at least ${minItems} items`);
  },
  maxItems: ({ maxItems = 0 }, value, path, { report }) => {
    if (Array.isArray(value) && value.length > maxItems) report(path, `expected at most ${maxItems} items`);
  },
  items: ({ items = {} }, value, path, { visit }) => {
    if (Array.isArray(value)) for (const [index, one] of value.entries()) visit(items, one, within(path, index));
  },
  properties: ({ properties = {} }, value, path, { visit }) => {
    if (!isRecord(value)) return;
    for (const [name, property] of Object.entries(properties)) {
      if (Object.hasOwn(value, name)) visit(property, value[name], within(path, name));
    }
  },
  required: ({ required = [] }, value, path, { report }) => {
    if (!isRecord(value)) return;
    for (const name of required) if (!Object.hasOwn(value, name)) report(within(path, name), 'is missing');
  },
  propertyNames: ({ propertyNames = {} }, value, path, { visit }) => {
    if (isRecord(value)) for (const name of Object.keys(value)) visit(propertyNames, name, within(path, name));
  },
  additionalProperties: ({ properties = {}, additionalProperties = {} }, value, path, { visit }) => {
    if (!isRecord(value)) return;
    for (const [name, one] of Object.entries(value)) {
      if (!Object.hasOwn(properties, name)) visit(additionalProperties, one, within(path, name));
    }
  },
  anyOf: ({ anyOf = [] }, value, path, check) => oneOf(anyOf, value, path, check),
  oneOf: (at, value, path, check) => oneOf(at.oneOf ?? [], value, path, check),
};

/** Reports the misfits of the one choice whose constants the value has; without such a choice, only that none fits. */
function oneOf(choices: readonly JsonSchema[], value: unknown, path: string, { $defs, report, visit }: Check): void {
  if (choices.some((choice) => misfitsOf(choice, value, 1, $defs).length === 0)) return;
  const meant = choices.filter((choice) => isMeant(choice, value));
  const [only] = meant;
  if (only !== undefined && meant.length === 1) visit(only, value, path);
  else report(path, 'matches none of the allowed forms');
}

const within = (path: string, name: string | number): string => (path === '' ? `${name}` : `${path}.${name}`);

function isA(type: string, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isRecord(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    // JSON.parse reads 1e999 as infinity.
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

/** True if the schema's properties have constants, and the value has all of them. */
function isMeant({ properties = {} }: JsonSchema, value: unknown): boolean {
  if (!isRecord(value)) return false;
  const constants = Object.entries(properties).filter(([, property]) => property.const !== undefined);
  return constants.length > 0 && constants.every(([name, property]) => value[name] === property.const);
}
