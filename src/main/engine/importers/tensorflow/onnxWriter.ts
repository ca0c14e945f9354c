import { onnxTypes } from '../../graph/emitters'
import { attributeTypes, ModelProto } from '../../runtimes/onnx/protos'
import { unsupported } from '../importedModel'
import { limits } from '../limits'
import type { Numbers } from './tensors'

/** What a node gives: numbers that are known, a value of the ONNX file, the place of a variable, or nothing that is looked at. */
export type Value =
  | ({ readonly kind: 'constant'; readonly name: string } & Numbers)
  | { readonly kind: 'tensor'; readonly name: string; readonly shape: readonly number[] }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'other' }
export type Shaped = Extract<Value, { readonly shape: readonly number[] }>

type OnnxAttributes = Readonly<Record<string, number | string | readonly number[]>>

/** What the file takes. */
export const imageName = 'image'

/** More numbers than any one value of an image may have. */
const largest = 2 ** 28

/** Puts an ONNX file together, operator by operator. */
export class OnnxWriter {
  private readonly nodes: object[] = []
  private readonly initializers = new Map<string, object>()
  private readonly names = new Set<string>([imageName])
  private readonly origins = new Map<string, { readonly op: string; readonly inputs: readonly Shaped[] }>()
  private count = 0

  /** Adds an operator of ONNX. */
  node(
    op: string,
    inputs: readonly (Value | string)[],
    shape: readonly number[],
    attributes: OnnxAttributes = {},
    name = this.named(op),
  ): Shaped {
    this.check(op, shape)
    this.nodes.push({
      opType: op,
      name,
      input: inputs.map((input) => (typeof input === 'string' ? input : this.nameOf(input))),
      output: [name],
      attribute: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
    })
    const made: Shaped = { kind: 'tensor', name, shape }
    this.remember(
      made,
      op,
      inputs.filter((input): input is Shaped => typeof input !== 'string' && 'shape' in input),
    )
    return made
  }

  /** How a value was made, so that what takes several operations of TensorFlow is known again. */
  remember({ name }: Shaped, op: string, inputs: readonly Shaped[]): void {
    this.origins.set(name, { op, inputs })
  }

  madeBy = ({ name }: Shaped) => this.origins.get(name)

  /** An operator that gives several values. */
  split(
    op: string,
    inputs: readonly Value[],
    shapes: readonly (readonly number[])[],
    attributes: OnnxAttributes,
  ) {
    shapes.forEach((shape) => this.check(op, shape))
    const names = shapes.map(() => this.named(op))
    this.nodes.push({
      opType: op,
      name: names[0],
      input: inputs.map((input) => this.nameOf(input)),
      output: names,
      attribute: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
    })
    return shapes.map((shape, i): Shaped => ({ kind: 'tensor', name: names[i]!, shape }))
  }

  /** @throws ExpectedError for what no sound graph gives */
  private check(op: string, shape: readonly number[]): void {
    if (++this.count > limits.onnxNodes)
      throw unsupported(`The network has more than ${limits.onnxNodes} operations.`)
    const isSound = shape.every((side) => Number.isInteger(side) && side >= 0)
    if (!isSound || shape.reduce((product, side) => product * side, 1) > largest)
      throw unsupported(`One of its operations (${op}) would give ${shape.join(' × ')} numbers.`)
  }

  /** Known numbers, under a name that tells them apart. */
  constant(name: string, { shape, data, whole }: Numbers): Shaped {
    return { kind: 'constant', name, shape, data, whole }
  }

  /** A list of whole numbers, such as axes. */
  integers(values: readonly number[]): Shaped {
    if (!values.every(Number.isInteger)) throw unsupported('One of its operations takes sizes that are none.')
    const data = Float32Array.from(values)
    return this.constant(`integers_${values.join('_')}`, { shape: [values.length], data, whole: true })
  }

  floats(values: readonly number[], shape: readonly number[] = [values.length]): Shaped {
    return this.constant(this.named('floats'), { shape, data: Float32Array.from(values), whole: false })
  }

  private nameOf(value: Value): string {
    if (value.kind === 'tensor') return value.name
    if (value.kind !== 'constant')
      throw unsupported('The network computes with something that are no numbers.')
    const { name, shape, data, whole } = value
    const tensor = whole
      ? {
          dataType: onnxTypes.int64,
          rawData: bytesOf(BigInt64Array.from(data, (one) => BigInt(Math.round(one)))),
        }
      : { dataType: onnxTypes.float32, rawData: bytesOf(data) }
    if (!this.initializers.has(name)) this.initializers.set(name, { name, dims: [...shape], ...tensor })
    return name
  }

  protected named(wanted: string): string {
    let name = wanted
    for (let i = 1; this.names.has(name); i++) name = `${wanted}_${i}`
    this.names.add(name)
    return name
  }

  /** @param input sides of the image */
  protected encoded(input: readonly number[], outputs: readonly Shaped[]): Uint8Array {
    return ModelProto.encode({
      irVersion: 8,
      producerName: 'TensorFlow',
      opsetImport: [{ domain: '', version: 17 }],
      graph: {
        name: 'graph',
        node: this.nodes,
        initializer: [...this.initializers.values()],
        input: [info(imageName, input)],
        output: outputs.map(({ name, shape }) => info(name, shape)),
      },
    } as never).finish()
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | BigInt64Array) =>
  new Uint8Array(buffer, byteOffset, byteLength)

function attributeOf(name: string, value: number | string | readonly number[]): object {
  if (typeof value === 'string') return { name, s: Buffer.from(value), type: attributeTypes.string }
  if (typeof value !== 'number') return { name, ints: [...value], type: attributeTypes.ints }
  // ONNX tells shares from counts by the attribute, which is known by its name.
  const isFloat = name === 'alpha' || name === 'gamma' || name === 'epsilon' || name === 'cubic_coeff_a'
  return isFloat
    ? { name, f: value, type: attributeTypes.float }
    : { name, i: value, type: attributeTypes.int }
}

const info = (name: string, shape: readonly number[]) => ({
  name,
  type: {
    tensorType: {
      elemType: onnxTypes.float32,
      shape: { dim: shape.map((dimValue) => ({ dimValue })) },
    },
  },
})
