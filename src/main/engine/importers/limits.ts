/** Sizes beyond which a file from a stranger is refused before it is unpacked. */
export const limits = {
  /** Of the whole file, in bytes. */
  file: 2_000_000_000,
  /** Of a description in JSON, in bytes. */
  description: 16_000_000,
  /** Of all weights together, in numbers. */
  weights: 500_000_000,
  /** Of a network, in operations. */
  nodes: 4096,
  /** Of an ONNX file, in operators, those on sizes and constants included. */
  onnxNodes: 50_000,
  /** Of constants that are computed while a file is read, in numbers. */
  computed: 200_000_000,
} as const
