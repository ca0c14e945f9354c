import { activations } from '../../../../shared/activations'
import { nameOf } from '../layerConfigs'
import { compositeActivations, hardSigmoid, isComposite } from './composites'
import type { Weight } from '../../models/weights'
import { type LayerCall, refuse } from './kerasReading'
import type { NodeDraft } from './networkBuilder'

const sameActivations: Readonly<Record<string, string>> = { swish: 'silu', 'hard-swish': 'hard-silu' }

/** The value after an activation that a config names. @throws ExpectedError `unsupported` */
export function activated({ layer, builder }: LayerCall, value: string, given: unknown): string {
  const name = typeof given === 'string' ? given.replaceAll('_', '-') : null
  const label = `${nameOf(layer)}_activation`
  if (name === 'linear') return value
  const known = activations.find((one) => one === name)
  if (known) return builder.add(label, { op: 'activation', activation: known }, [value])
  const isKeras3 = typeof layer.config.dtype === 'object'
  const called = name && (sameActivations[name] ?? name)
  // The one of Keras 2 is 0.2 x + 0.5.
  if (called === 'hard-sigmoid' && !isKeras3) return hardSigmoid(builder, label, value, 0.2, 0.5)
  const made = called === 'hard-sigmoid' ? 'exact-hard-sigmoid' : called
  if (made && isComposite(made)) return compositeActivations[made](builder, label, value)
  return refuse(layer, `has the activation ${JSON.stringify(given)}, which Hourglass does not have`)
}

/** One node, and the activation that the layer has with it. */
export function activatedNode(
  call: LayerCall,
  draft: NodeDraft,
  weights: Readonly<Record<string, Weight>> = {},
): string {
  const { layer, inputs, builder } = call
  const value = builder.add(nameOf(layer), draft, inputs, weights)
  return activated(call, value, layer.config.activation ?? 'linear')
}
