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
  const found: Misfit[] = [];
  const $defs = schema.$defs ?? {};
  const report = (path: string, message: string): void => {
    if (found.length < max) found.push({ path, message });
  };
  const fits = (at: JsonSchema, value: unknown): boolean => misfits({ ...at, $defs }, value, 1).length === 0;

  const rules: Readonly<Record<string, Rule>> = {
    $schema: () => {},
    $defs: () => {},
    $ref: ({ $ref = '' }, value, path) => {
      const definition = $defs[$ref.replace('#/$defs/', '')];
      if (definition === undefined) throw new Error(`the schema has no definition ${$ref}`);
      visit(definition, value, path);
    },
    type: ({ type = [] }, value, path) => {
      const types = [type].flat();
      if (!types.some((one) => isA(one, value))) report(path, `expected ${types.join(' or ')}, found ${nameOf(value)}`);
    },
    const: (at, value, path) => {
      if (value !== at.const) report(path, `expected ${JSON.stringify(at.const)}`);
    },
    enum: (at, value, path) => {
      if (!(at.enum ?? []).includes(value)) report(path, `expected one of ${(at.enum ?? []).join(', ')}`);
    },
    minimum: ({ minimum = 0 }, value, path) => {
      if (typeof value === 'number' && value < minimum) report(path, `expected at least ${minimum}`);
    },
    maximum: ({ maximum = 0 }, value, path) => {
      if (typeof value === 'number' && value > maximum) report(path, `expected at most ${maximum}`);
    },
    exclusiveMinimum: ({ exclusiveMinimum = 0 }, value, path) => {
      if (typeof value === 'number' && value <= exclusiveMinimum)
        report(path, `expected more than ${exclusiveMinimum}`);
    },
    minItems: ({ minItems = 0 }, value, path) => {
      if (Array.isArray(value) && value.length < minItems) report(path, `expected at least ${minItems} items`);
    },
    maxItems: ({ maxItems = 0 }, value, path) => {
      if (Array.isArray(value) && value.length > maxItems) report(path, `expected at most ${maxItems} items`);
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
      for (const name of required) if (!Object.hasOwn(value, name)) report(within(path, name), 'is missing');
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

  /** Reports the misfits of the one choice whose constants the value has; without such a choice, only that none fits. */
  function oneOf(choices: readonly JsonSchema[], value: unknown, path: string): void {
    if (choices.some((choice) => fits(choice, value))) return;
    const meant = choices.filter((choice) => isMeant(choice, value));
    const [only] = meant;
    if (only !== undefined && meant.length === 1) visit(only, value, path);
    else report(path, 'matches none of the allowed forms');
  }

  function visit(at: JsonSchema, value: unknown, path: string): void {
    for (const keyword of Object.keys(at)) {
      if (found.length >= max) return;
      const rule = rules[keyword];
      if (rule === undefined) throw new Error(`unsupported keyword in the schema: ${keyword}`);
      rule(at, value, path);
    }
  }

  visit(schema, document, '');
  return found;
}

type Rule = (at: JsonSchema, value: unknown, path: string) => void;

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
