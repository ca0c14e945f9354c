import type { ImportHints } from '../../../shared/importing'
import type { Activation, InputShape } from '../../../shared/modelSpec'
import { transposed, type Weight } from '../models/weights'
import type { Chain, Step } from './chain'
import { type ImportedModel, unfitting } from './importedModel'
import { modelOfChain } from './mirrorOf'
import { ownModel } from './ownSpec'

/**
 * A safetensors file: our own, or the dense layers of a PyTorch network (NAME.weight, outputs × inputs, and NAME.bias) in
 * the order of their names, encoder first. Activations are not in such a file: they are assumed, and can be said.
 *
 * @throws ExpectedError
 */
export function importSafetensors(
  weights: Readonly<Record<string, Weight>>,
  metadata: Readonly<Record<string, string>>,
  file: string,
  hints: ImportHints,
): ImportedModel {
  const own = ownModel(metadata, (name) => weights[name] ?? null, file)
  if (own) return own
  const names = Object.keys(weights)
    .filter((name) => name.endsWith('.weight'))
    .map((name) => name.slice(0, -'.weight'.length))
    .sort(encoderFirst)
  if (names.length === 0)
    throw unfitting(`${file} holds no layers as PyTorch names them (NAME.weight and NAME.bias).`)
  const layers = names.map((name) => linear(name, weights))
  const mirrored = withTiedDecoder(layers, weights)
  const { hidden = null, code = null, output = null } = hints
  const half = mirrored.length / 2
  const steps = mirrored.flatMap((step, i): Step[] => {
    const last = i === mirrored.length - 1
    const activation = last
      ? (output ?? 'sigmoid')
      : i === half - 1
        ? (code ?? hidden ?? 'linear')
        : (hidden ?? 'relu')
    return [step, { name: step.name, kind: 'activation', activation }]
  })
  const input: InputShape | number = mirrored[0]!.kernel.shape[0]!
  const chain: Chain = { name: null, input, flatOrder: 'channels-first', steps, residual: null }
  const model = modelOfChain(chain, hints)
  return {
    ...model,
    proved: false,
    assumes: { hidden: true, output: true },
    notes: [
      ...model.notes,
      ...(hidden
        ? aboutCode(hidden, code)
        : [
            'The file does not say which activations its layers have: assumed relu, and none for the code. Say so if they have others.',
          ]),
      ...(output ? [] : ['Assumed sigmoid for the output. Say so if it has another.']),
    ],
  }
}

const aboutCode = (hidden: Activation, code: Activation | null): readonly string[] =>
  code || hidden === 'linear'
    ? []
    : [
        `The code has ${hidden} as the hidden layers have. Say so if it has another activation, or none (linear).`,
      ]

type Dense = Extract<Step, { kind: 'dense' }>

function linear(name: string, weights: Readonly<Record<string, Weight>>): Dense {
  const weight = weights[`${name}.weight`]!
  if (weight.shape.length !== 2)
    throw unfitting(
      `"${name}" has a weight of ${weight.shape.length} dimensions: strides and padding of convolutions are not in such a file. Export the network as ONNX.`,
    )
  const [outputs, inputs] = weight.shape as [number, number]
  const kernel = { shape: [inputs, outputs], data: transposed(weight.data, outputs, inputs) }
  return { name, kind: 'dense', kernel, bias: weights[`${name}.bias`] ?? null }
}

/** Layers of an encoder alone whose decoder is a bias for each: a network tied with a functional transpose. */
function withTiedDecoder(layers: readonly Dense[], weights: Readonly<Record<string, Weight>>): Dense[] {
  const first = layers[0]!.kernel.shape[0]
  if (layers.at(-1)!.kernel.shape[1] === first) return [...layers]
  const biases = Object.entries(weights).filter(
    ([name, { shape }]) => !name.endsWith('.weight') && /dec/i.test(name) && shape.length === 1,
  )
  return [
    ...layers,
    ...layers.toReversed().map(({ name, kernel }): Dense => {
      const [rows, columns] = kernel.shape as [number, number]
      const bias = biases.find(([, { shape }]) => shape[0] === rows)?.[1] ?? null
      const data = transposed(kernel.data, rows, columns)
      return { name: `${name} (transposed)`, kind: 'dense', kernel: { shape: [columns, rows], data }, bias }
    }),
  ]
}

/** Numbers within names count as numbers. */
function encoderFirst(a: string, b: string): number {
  const side = (name: string) => (/dec/i.test(name) ? 1 : 0)
  return side(a) - side(b) || a.localeCompare(b, 'en', { numeric: true })
}
