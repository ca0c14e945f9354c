/**
 * Values of a constant as a file holds them: float32; float16, as their bits; or bytes, of which value = byte × scale with
 * a scale for each index of the last axis. Readers make float32 of them before anything is computed.
 */
export type ConstantValue =
  | Float32Array
  | { readonly dtype: 'float16'; readonly data: Uint16Array }
  | { readonly dtype: 'int8'; readonly data: Int8Array; readonly scales: Float32Array }
