import { type InputShape, inputSize } from './modelSpec'

/** Images to look at: count × height × width × channels bytes, row-major. */
export type ImageBatch = { pixels: Uint8Array; count: number; shape: InputShape }

/** @param values batch × height × width × channels; 0..1 becomes 0..255, what lies outside is clipped */
export function toImageBatch(values: Float32Array, shape: InputShape): ImageBatch {
  const pixels = Uint8Array.from(new Uint8ClampedArray(values.map((value) => value * 255)))
  return { pixels, count: values.length / inputSize(shape), shape }
}
