import { z } from 'zod'
import type { ClusteredCodes } from '../../../shared/api/latent'
import type { MappedCodes } from './tasks/latentTasks'
import type { LoadedSet } from './codeSet'

const numbers = z.array(z.number())
const mapSchema = z.object({
  components: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  explained: numbers.nullable(),
  trustworthiness: z.number().nullable(),
  linear: z.object({ mean: numbers, axes: numbers }).nullable(),
})
const clustersSchema = z.object({
  sizes: numbers,
  typical: z.array(numbers),
  agreement: z.object({ ari: z.number(), nmi: z.number() }).nullable(),
})

/** The last part of a key names it within its set. */
const nameOf = (kind: string, key: string) => `${kind}-${key.slice(key.lastIndexOf('-') + 1)}`

export async function readMap({ plan }: LoadedSet, key: string): Promise<MappedCodes | null> {
  const name = nameOf('map', key)
  const about = await plan.folder.readJson(name, mapSchema)
  if (!about) return null
  const { components, explained, trustworthiness, linear } = about
  const points = new Float32Array(plan.count * components)
  if (!(await plan.folder.readArray({ name, shape: [plan.count, components], data: points }))) return null
  return {
    points,
    components,
    trustworthiness,
    explained: explained && Float32Array.from(explained),
    linear: linear && { mean: Float32Array.from(linear.mean), axes: Float32Array.from(linear.axes) },
  }
}

export async function writeMap({ plan }: LoadedSet, key: string, map: MappedCodes): Promise<void> {
  const name = nameOf('map', key)
  const { points, components, explained, trustworthiness, linear } = map
  await plan.folder.writeArray({ name, shape: [plan.count, components], data: points })
  await plan.folder.writeJson(name, {
    components,
    trustworthiness,
    explained: explained && [...explained],
    linear: linear && { mean: [...linear.mean], axes: [...linear.axes] },
  })
}

export async function readClusters({ plan }: LoadedSet, key: string): Promise<ClusteredCodes | null> {
  const name = nameOf('clusters', key)
  const about = await plan.folder.readJson(name, clustersSchema)
  const clusters = new Int32Array(plan.count)
  if (!about || !(await plan.folder.readArray({ name, shape: [plan.count], data: clusters }))) return null
  return { ...about, clusters, typical: about.typical.map((points) => Int32Array.from(points)) }
}

export async function writeClusters({ plan }: LoadedSet, key: string, found: ClusteredCodes): Promise<void> {
  const name = nameOf('clusters', key)
  const { clusters, sizes, typical, agreement } = found
  await plan.folder.writeArray({ name, shape: [plan.count], data: clusters })
  await plan.folder.writeJson(name, { sizes, agreement, typical: typical.map((points) => [...points]) })
}
