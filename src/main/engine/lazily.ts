/** Values that are made when they are first asked for. */
export function lazily<T>(makers: Readonly<Record<string, () => T>>): Record<string, T> {
  const record: Record<string, T> = {}
  for (const [name, make] of Object.entries(makers))
    Object.defineProperty(record, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = make()
        Object.defineProperty(record, name, { configurable: true, enumerable: true, value })
        return value
      },
    })
  return record
}

/** Those that were made. */
export function madeOf<T>(record: Readonly<Record<string, T>>): T[] {
  return Object.values(Object.getOwnPropertyDescriptors(record)).flatMap(({ value }) =>
    value === undefined ? [] : [value as T],
  )
}
