import { z } from 'zod'

export const activations = [
  'linear',
  'relu',
  'leaky-relu',
  'elu',
  'selu',
  'sigmoid',
  'tanh',
  'softplus',
] as const
export const activationSchema = z.enum(activations)
export type Activation = z.infer<typeof activationSchema>
