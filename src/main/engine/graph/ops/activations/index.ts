import type { Activation } from '../../../../../shared/modelSpec'
import type { Tensor } from '../../tensor'
import { elu } from './elu'
import { leakyRelu } from './leakyRelu'
import { relu } from './relu'
import { selu } from './selu'
import { sigmoid } from './sigmoid'
import { softplus } from './softplus'
import { tanh } from './tanh'

/** Every activation a ModelSpec can name. */
export const activationFunctions: Record<Activation, (x: Tensor) => Tensor> = {
  linear: (x) => x,
  relu,
  'leaky-relu': leakyRelu,
  elu,
  selu,
  sigmoid,
  tanh,
  softplus,
}
