import { z } from 'zod'
import type { ActivationFacts } from './activation'
import { elu } from './elu'
import { leakyRelu } from './leakyRelu'
import { relu } from './relu'
import { selu } from './selu'
import { sigmoid } from './sigmoid'
import { softplus } from './softplus'
import { tanh } from './tanh'

/** Every activation that a layer can have. Files name them by their keys, as Keras does. */
export const activationFacts = {
  linear: { label: 'Linear', compute: (x) => x, c: (x) => x, numpy: 'x', torch: 'lambda x: x', graph: null },
  relu,
  'leaky-relu': leakyRelu,
  elu,
  selu,
  sigmoid,
  tanh,
  softplus,
} as const satisfies Readonly<Record<string, ActivationFacts>>

export type Activation = keyof typeof activationFacts
export const activations = Object.keys(activationFacts) as [Activation, ...Activation[]]
export const activationSchema = z.enum(activations)
