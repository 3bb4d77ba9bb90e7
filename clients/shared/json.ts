/** Value of a JSON text that another side has sent. Undefined if it is not JSON. */
export function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Text in a JSON text that is one string. Undefined for anything else. */
export function textIn(json: unknown): string | undefined {
  const value = parsed(json);
  return typeof value === 'string' ? value : undefined;
}

/** Field of a value that another side has sent. Undefined if the value is not an object or has no such field. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
