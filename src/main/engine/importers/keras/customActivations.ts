import type { LayerConfig } from '../layerConfigs'

/** Which activations are none of the file's: they were assumed, or said by the person. */
export type AssumedActivations = Readonly<Record<'hidden' | 'output', boolean>>

const activationLayers = new Set(['Activation', 'ReLU', 'LeakyReLU', 'ELU', 'PReLU', 'Softmax'])

export const isActivationLayer = ({ class_name: type }: LayerConfig): boolean => activationLayers.has(type)

/** What a layer of somebody's own class says of its activation; null where it says nothing. */
export function activationFor({ config }: LayerConfig): string | null {
  for (const key of ['activation', 'act', 'activation_function', 'activation_fn']) {
    if (!(key in config)) continue
    const said = config[key]
    if (said === null) return 'linear'
    const name = typeof said === 'string' ? said : nameOfFunction(said)
    if (name) return name
  }
  return null
}

/** As Keras 3 writes a function, or a layer that is an activation. */
function nameOfFunction(said: unknown): string | null {
  if (typeof said !== 'object' || said === null) return null
  const { class_name: type, config, name } = said as Record<string, unknown>
  if (typeof config === 'string') return config
  if (type === 'ReLU') return 'relu'
  return typeof name === 'string' ? name : null
}
