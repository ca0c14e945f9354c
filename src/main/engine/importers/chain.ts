import type { ForeignActivation } from '../../../shared/importing'
import { type Activation, activations, type InputShape } from '../../../shared/modelSpec'
import type { Weight } from '../models/weights'

/** How a step reads its numbers where it follows an image: rows of pixels or planes of channels. */
export type FlatOrder = 'channels-last' | 'channels-first'

/** Pixels around the image: top, left, bottom, right; or so many that stride s divides the size by s, the odd one last. */
export type Pads = 'same' | readonly number[]

/** One step of a foreign network, with the name it has there. Kernels are as Keras has them. */
export type Step = { readonly name: string } & (
  | { readonly kind: 'dense'; readonly kernel: Weight; readonly bias: Weight | null }
  | {
      readonly kind: 'conv'
      /** height × width × channels × filters */
      readonly kernel: Weight
      readonly bias: Weight | null
      readonly stride: number
      readonly pads: Pads
    }
  | {
      readonly kind: 'transposed'
      /** height × width × what it gives × what it reads */
      readonly kernel: Weight
      readonly bias: Weight | null
      readonly stride: number
      readonly pads: Pads
    }
  | { readonly kind: 'pool'; readonly pooling: 'max' | 'average'; readonly size: number }
  | { readonly kind: 'enlarge'; readonly upsampling: 'nearest' | 'bilinear'; readonly size: number }
  | { readonly kind: 'activation'; readonly activation: Activation }
  /** One that Hourglass's own layers do not have. */
  | { readonly kind: 'bend'; readonly activation: Exclude<ForeignActivation, Activation> }
  /** Of each channel its own: a normalisation of what an activation gives. */
  | { readonly kind: 'scale'; readonly gain: Float32Array; readonly shift: Float32Array }
)

/** A network as a chain of steps. */
export interface Chain {
  readonly name: string | null
  /** Height, width and channels where the file says so; one number where images are rows. */
  readonly input: InputShape | number
  /** Where images become rows within the network. */
  readonly flatOrder: FlatOrder
  readonly steps: readonly Step[]
  /** What becomes of the output: nothing, or it is added to the input or subtracted from it. */
  readonly residual: 'added' | 'subtracted' | null
}

/** An activation as a step of a chain. */
export function activationStep(name: string, given: ForeignActivation): Step {
  const own = activations.find((one) => one === given)
  if (own) return { name, kind: 'activation', activation: own }
  return { name, kind: 'bend', activation: given as Exclude<ForeignActivation, Activation> }
}
