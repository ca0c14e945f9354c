import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { codeSize, type DenseLayer, type ModelSpec } from '../../../shared/modelSpec'
import { type RatingMember, type RatingsInfo, rowSpec } from '../../../shared/ratings'
import { makeFolder } from '../../store/makeFolder'
import {
  readSafetensors,
  type StoredTensor,
  type TensorFile,
  writeSafetensors,
} from '../../store/safetensors'
import { ratingsFiles } from '../../store/ratingsFiles'

/** What is kept of a recommender: the engine's model, as data. */
export interface KeptRecommender {
  readonly biases: {
    readonly mean: number
    readonly users: Float32Array
    readonly items: Float32Array
    readonly scale: number
  }
  readonly members: readonly KeptMember[]
  readonly range: { readonly low: number; readonly high: number }
}

export interface KeptMember {
  readonly name: RatingMember['name']
  readonly side: 'items' | 'users'
  readonly spec: ModelSpec
  readonly values: Readonly<Record<string, Float32Array>>
  readonly features: Float32Array
  readonly codes: Float32Array
  readonly weight: number
  readonly offset: number
  readonly penalty: number
}

const float = (shape: number[], data: Float32Array): StoredTensor => ({ dtype: 'F32', shape, data })

/** Beside the ratings: biases, and of each member its weights and what it makes of each row. */
export async function writeRecommender(folder: string, { biases, members }: KeptRecommender): Promise<void> {
  await makeFolder(ratingsFiles.model(folder))
  await writeSafetensors(ratingsFiles.biases(folder), {
    tensors: {
      mean: float([1], Float32Array.of(biases.mean)),
      scale: float([1], Float32Array.of(biases.scale)),
      users: float([biases.users.length], biases.users),
      items: float([biases.items.length], biases.items),
    },
    metadata: { format: 'hourglass-biases-1' },
  })
  for (const { name: called, spec, values, features, codes } of members) {
    const tensors = Object.fromEntries(
      Object.entries(values).map(([name, data]) => [name, float(shapeOf(spec, name, data.length), data)]),
    )
    const metadata = { format: 'hourglass-model-1' }
    await writeSafetensors(ratingsFiles.weights(folder, called), { tensors, metadata })
    const width = (spec.encoder[0] as DenseLayer).units
    const rows = features.length / width
    await writeSafetensors(ratingsFiles.features(folder, called), {
      tensors: {
        features: float([rows, width], features),
        ...(codes !== features && { codes: float([rows, codeSize(spec)], codes) }),
      },
      metadata: { format: 'hourglass-features-1' },
    })
  }
}

/** Kernels have two sides, biases one. */
function shapeOf(spec: ModelSpec, name: string, length: number): number[] {
  if (!name.endsWith('kernel')) return [length]
  const widths = [spec.input.width, ...spec.encoder.map((layer) => (layer as DenseLayer).units)]
  const [side, layer] = name.split('.') as [string, string]
  const at = side === 'encoder' ? Number(layer) : widths.length - 2 - Number(layer)
  return side === 'encoder' ? [widths[at]!, widths[at + 1]!] : [widths[at + 1]!, widths[at]!]
}

export const specOfMember = (member: RatingMember): ModelSpec => rowSpec(member.columns, member)

/** @throws ExpectedError where nothing was trained, or a file is damaged */
export async function readRecommender(folder: string, info: RatingsInfo): Promise<KeptRecommender> {
  if (!info.model) throw new ExpectedError('not-found', sentence('ratings.notTrained', { folder }))
  const own = await readSafetensors(ratingsFiles.biases(folder))
  const biases = {
    mean: floats(own, 'mean', folder)[0]!,
    scale: floats(own, 'scale', folder)[0]!,
    users: floats(own, 'users', folder, info.users),
    items: floats(own, 'items', folder, info.items),
  }
  const members: KeptMember[] = []
  for (const member of info.model.members) members.push(await readMember(folder, member, info))
  return { biases, members, range: info.range }
}

async function readMember(folder: string, member: RatingMember, info: RatingsInfo): Promise<KeptMember> {
  const { name, side, weight, offset, penalty } = member
  const spec = specOfMember(member)
  const file = await readSafetensors(ratingsFiles.weights(folder, name))
  const values = Object.fromEntries(Object.keys(file.tensors).map((key) => [key, floats(file, key, folder)]))
  const made = await readSafetensors(ratingsFiles.features(folder, name))
  const width = (spec.encoder[0] as DenseLayer).units
  const rows = side === 'items' ? info.items : info.users
  const features = floats(made, 'features', folder, rows * width)
  const codes = made.tensors.codes ? floats(made, 'codes', folder, rows * codeSize(spec)) : features
  return { name, side, spec, values, features, codes, weight, offset, penalty }
}

function floats({ tensors }: TensorFile, name: string, folder: string, length?: number): Float32Array {
  const tensor = tensors[name]
  if (tensor?.dtype !== 'F32' || (length !== undefined && tensor.data.length !== length))
    throw new ExpectedError('bad-input', sentence('ratings.modelDamagedNotShould', { folder, name }))
  return tensor.data
}
