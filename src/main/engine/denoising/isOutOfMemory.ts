/** How TensorFlow, ONNX Runtime, and JavaScript say that there is no more memory, on the processor or a GPU. */
const signs =
  /out of memory|\bOOM\b|RESOURCE_?EXHAUSTED|bad_?alloc|failed to allocate|allocation failed|could not allocate|ERR_MEMORY_ALLOCATION/i

export function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: unknown }
  return signs.test(`${error.message} ${typeof code === 'string' ? code : ''}`)
}
