export function electronBinary(
  root: string,
  options?: { fetch?: boolean },
): { path: string; reason?: undefined } | { path: null; reason: string }
