import { unsupported } from '../importedModel'
import type { GraphNode } from './graph'
import type { Shaped, OnnxWriter, Value } from './onnxWriter'
import { sentence } from '../../../../shared/texts/sentence'

/** Says an operation of TensorFlow in those of ONNX. @throws ExpectedError where ONNX, or what reads it, does not have it so */
export type Operation = (
  node: GraphNode,
  inputs: readonly Value[],
  to: OnnxWriter,
) => Value | readonly Value[]

/** @throws ExpectedError where an input is nothing that has a shape */
export function shaped(node: GraphNode, inputs: readonly Value[], at = 0): Shaped {
  const value = inputs[at]
  if (value && 'shape' in value) return value
  return refuse(node, 'reads something that are no numbers')
}

/** Known numbers. @throws ExpectedError */
export function knownNumbers(node: GraphNode, inputs: readonly Value[], at: number): readonly number[] {
  const value = inputs[at]
  if (value?.kind === 'constant') return [...value.data]
  return refuse(node, 'reads sizes that depend on the image')
}

/** @throws ExpectedError `unsupported` */
export function refuse(node: GraphNode, why: string): never {
  throw unsupported(sentence('importing.ofTensorflow', { name: node.name, op: node.op, why }))
}

/** Of two shapes, as numbers are repeated along sides of one. */
export function broadcast(node: GraphNode, a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length)
  const side = (shape: readonly number[], i: number) => shape[i - rank + shape.length] ?? 1
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [side(a, i), side(b, i)]
    return x === y || y === 1 ? x : x === 1 ? y : refuse(node, 'joins shapes that do not fit')
  })
}
