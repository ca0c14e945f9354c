import { z } from 'zod'
import { sentence } from '../../../../shared/texts/sentence'
import { type LayerConfig, nameOf } from '../layerConfigs'
import { kerasLayers } from './kerasLayers'
import { type LayerCall, refuse } from './kerasReading'

/** Functions of keras.ops that are activations, by the names of their classes. */
const activations: Readonly<Record<string, string>> = {
  Relu: 'relu',
  Relu6: 'relu6',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
  Softplus: 'softplus',
  Softsign: 'softsign',
  Silu: 'silu',
  Mish: 'mish',
  Selu: 'selu',
  HardSigmoid: 'hard_sigmoid',
  HardSilu: 'hard_silu',
}

type Arithmetic = 'Add' | 'Subtract' | 'Multiply' | 'TrueDivide' | 'Divide'
const arithmetic: ReadonlySet<string> = new Set(['Add', 'Subtract', 'Multiply', 'TrueDivide', 'Divide'])

/** Whether it is a function of keras.ops that was called as if it were a layer, which has its numbers in the call. */
export const isOperation = ({ module }: LayerConfig): boolean => /^keras(?:\.src)?\.ops\b/.test(module ?? '')

/**
 * What a function of keras.ops gives.
 * @throws ExpectedError `unsupported`, naming one that is not read
 */
export function operation(call: LayerCall): string {
  const { layer } = call
  const { class_name: type } = layer
  if (Object.hasOwn(activations, type)) {
    const as = {
      ...layer,
      class_name: 'Activation',
      config: { name: nameOf(layer), activation: activations[type], dtype: {} },
    }
    return kerasLayers.Activation!({ ...call, layer: as })
  }
  if (!arithmetic.has(type)) return refuse(layer, sentence('importing.kerasOperation', { type }))
  const [a, b] = argumentsOf(layer)
  if (typeof a !== 'number' && typeof b !== 'number') return ofTwo(call, type as Arithmetic)
  const number = typeof b === 'number' ? b : (a as number)
  const { gain, shift } = withNumber(layer, type as Arithmetic, number, typeof b === 'number')
  return call.builder.add(nameOf(layer), { op: 'affine', gain, shift }, call.inputs)
}

function ofTwo(call: LayerCall, type: Arithmetic): string {
  const rule = kerasLayers[type]
  if (!rule || call.inputs.length !== 2)
    return refuse(call.layer, sentence('importing.computesUnread', { type }))
  return rule(call)
}

/** @param isSecond whether the number comes behind the value */
function withNumber(
  layer: LayerConfig,
  type: Arithmetic,
  number: number,
  isSecond: boolean,
): { gain: number; shift: number } {
  switch (type) {
    case 'Add':
      return { gain: 1, shift: number }
    case 'Subtract':
      return isSecond ? { gain: 1, shift: -number } : { gain: -1, shift: number }
    case 'Multiply':
      return { gain: number, shift: 0 }
    default:
      return isSecond && number !== 0
        ? { gain: 1 / number, shift: 0 }
        : refuse(layer, sentence('importing.dividesByRead'))
  }
}

/** Numbers as they are, and everything else as something else. */
function argumentsOf({ inbound_nodes: nodes }: LayerConfig): readonly unknown[] {
  const parsed = z.object({ args: z.array(z.unknown()) }).safeParse(nodes[0])
  return parsed.success ? parsed.data.args : []
}
