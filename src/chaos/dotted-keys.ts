type Group = Readonly<Record<string, unknown>>;

/** What the settings, or an object in the form of the file, have at a name or key that may have a dot. */
export function at(object: object, name: string): unknown {
  const [first, second] = name.split('.') as [string, string?];
  const value = Object.hasOwn(object, first) ? (object as Group)[first] : undefined;
  return second === undefined ? value : value && Object.hasOwn(value, second) ? (value as Group)[second] : undefined;
}

/** A copy with one more value at such a name or key. */
export function withValueAt<T extends object>(object: T, name: string, value: unknown): T {
  const [first, second] = name.split('.') as [string, string?];
  return {
    ...object,
    [first]: second === undefined ? value : { ...(object as Record<string, Group>)[first], [second]: value },
  };
}
