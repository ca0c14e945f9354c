import { z } from 'zod'

/**
 * What an activation is called and how each place that computes it outside of the graph writes it. Its operation in the
 * graph, which computes the same with its gradient, is a file of its own in `engine/graph/ops/activations`.
 */
interface ActivationFacts {
  /** The field's own name, the same in every language. */
  readonly label: string
  readonly compute: (x: number) => number
  /** An expression of C, in float; `x` is an lvalue. */
  readonly c: (x: string) => string
  /** An expression of NumPy, of the array `x`. */
  readonly numpy: string
  /** A function of PyTorch, which is imported as `torch`, its functional part as `F`. */
  readonly torch: string
}

/** Every activation that a layer can have. Files name them by their keys, as Keras does. */
export const activationFacts = {
  linear: { label: 'Linear', compute: (x) => x, c: (x) => x, numpy: 'x', torch: 'lambda x: x' },
  relu: {
    label: 'ReLU',
    compute: (x) => Math.max(0, x),
    c: (x) => `${x} > 0 ? ${x} : 0`,
    numpy: 'np.maximum(x, 0)',
    torch: 'F.relu',
  },
  'leaky-relu': {
    label: 'Leaky ReLU',
    compute: (x) => (x > 0 ? x : 0.2 * x),
    c: (x) => `${x} > 0 ? ${x} : 0.2f * ${x}`,
    numpy: 'np.where(x > 0, x, 0.2 * x)',
    torch: 'lambda x: F.leaky_relu(x, 0.2)',
  },
  elu: {
    label: 'ELU',
    compute: (x) => (x > 0 ? x : Math.expm1(x)),
    c: (x) => `${x} > 0 ? ${x} : expm1f(${x})`,
    numpy: 'np.where(x > 0, x, np.expm1(np.minimum(x, 0)))',
    torch: 'F.elu',
  },
  selu: {
    label: 'SELU',
    compute: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
    c: (x) => `${x} > 0 ? 1.05070099f * ${x} : 1.75809934f * expm1f(${x})`,
    numpy: '1.05070099 * np.where(x > 0, x, 1.67326324 * np.expm1(np.minimum(x, 0)))',
    torch: 'F.selu',
  },
  sigmoid: {
    label: 'Sigmoid',
    compute: (x) => 1 / (1 + Math.exp(-x)),
    c: (x) => `1 / (1 + expf(-${x}))`,
    numpy: '0.5 * (1 + np.tanh(0.5 * x))',
    torch: 'torch.sigmoid',
  },
  tanh: {
    label: 'Tanh',
    compute: Math.tanh,
    c: (x) => `tanhf(${x})`,
    numpy: 'np.tanh(x)',
    torch: 'torch.tanh',
  },
  softplus: {
    label: 'Softplus',
    compute: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    c: (x) => `fmaxf(${x}, 0) + log1pf(expf(-fabsf(${x})))`,
    numpy: 'np.logaddexp(0, x)',
    torch: 'F.softplus',
  },
} as const satisfies Readonly<Record<string, ActivationFacts>>

export type Activation = keyof typeof activationFacts
export const activations = Object.keys(activationFacts) as [Activation, ...Activation[]]
export const activationSchema = z.enum(activations)
