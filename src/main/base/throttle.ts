const intervalMs = 100

/** Passes on a report at most every 100 ms; `last` always. */
export function throttle<T>(
  listener: ((value: T) => void) | undefined,
): ((value: T) => void) & { last(value: T): void } {
  let lastAt = -Infinity
  const report = (value: T) => {
    if (!listener || performance.now() - lastAt < intervalMs) return
    lastAt = performance.now()
    listener(value)
  }
  return Object.assign(report, { last: (value: T) => listener?.(value) })
}
