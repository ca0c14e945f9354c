import { copyFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { refuse } from '../../../shared/errors'
import type { ExportedAs } from '../../../shared/exporting'
import { exportFormat } from '../../engine/exporters/formats'
import { trainingConfigSchema } from '../../../shared/trainingConfig'
import { csvLine } from '../../store/csv'
import type { ComputeClient } from '../../worker/computeClient'
import { OutputFolder } from '../../store/outputFolder'
import { makeFolder } from '../../store/makeFolder'
import { ratingsFiles, readNames, readRatingsInfo } from '../../store/ratingsFiles'
import { readRecommender, specOfMember } from './recommenderFiles'

export interface ExportRecommenderRequest extends ExportedAs {
  readonly model: string
  readonly out: string
  readonly overwrite: boolean
  readonly version: string
}

/** Formats that are written for recommenders: those that take rows of any width as they are. */
const offered = ['onnx', 'savedmodel', 'keras', 'pytorch', 'json'] as const

/**
 * Each autoencoder of a recommender in a folder of its own, with its weights as safetensors, and the biases and the names of rows
 * and columns as CSV: all that a prediction takes.
 *
 * @throws ExpectedError; nothing is written then
 */
export async function exportRecommender(
  { model, out, overwrite, version, ...as }: ExportRecommenderRequest,
  { client }: { readonly client: ComputeClient },
): Promise<{ files: readonly string[]; bytes: number; loss: null }> {
  check(as)
  const folder = resolve(model)
  const info = await readRatingsInfo(folder)
  const { biases, members } = await readRecommender(folder, info)
  const names = await readNames(folder)
  const own = ['users.csv', 'items.csv', 'README.md']
  const called = info.model!.members.map(({ name }) => name)
  const output = await OutputFolder.open(out, [...own, ...called], { overwrite })
  try {
    const files: string[] = []
    let bytes = 0
    for (const member of info.model!.members) {
      const { name, side } = member
      const place = output.path(name)
      await makeFolder(place)
      const spec = specOfMember(member)
      const about = {
        name: `${info.name}, ${name === 'linear' ? 'linear ' : ''}autoencoder of ${side}`,
        made_by: `Hourglass ${version}`,
      }
      const result = await client.call('exportModel', {
        model: { spec, weights: ratingsFiles.weights(folder, name) },
        about,
        as,
        folder: place,
        training: trainingConfigSchema.parse({}),
      })
      await copyFile(ratingsFiles.weights(folder, name), output.path(`${name}/weights.safetensors`))
      files.push(...result.files.map(({ path }) => `${name}/${path}`), `${name}/weights.safetensors`)
      bytes += result.files.reduce((sum, file) => sum + file.bytes, 0)
    }
    const table = (ids: readonly string[], values: Float32Array) =>
      Buffer.from(`name,bias\r\n${ids.map((name, i) => csvLine([name, values[i]!])).join('')}`)
    await output.write('users.csv', table(names.users, biases.users))
    await output.write('items.csv', table(names.items, biases.items))
    const shares = members.map(({ name, side, weight, offset }) => ({ name, side, weight, offset }))
    await output.write('README.md', Buffer.from(readme(biases.mean, biases.scale, shares, info.range)))
    await output.commit()
    return { files: [...files, ...own], bytes, loss: null }
  } catch (error) {
    await output.abort()
    throw error
  }
}

function check({ format, part, precision, pixels }: ExportedAs): void {
  if (!(offered as readonly string[]).includes(format))
    refuse(
      `A recommender is not written as ${format}. Choose one of: ${offered.join(', ')}; weights as safetensors are beside each.`,
    )
  const { parts, precisions } = exportFormat(format).abilities
  if (part !== 'full' && !parts) refuse(`A model is exported whole as ${format}. Choose the part "full".`)
  if (pixels === 'uint8') refuse('Ratings go in and out as floats. Leave --pixels out.')
  if (!precisions.includes(precision))
    refuse(`Weights are stored as ${precisions.join(' or ')} in ${format}. Choose another precision.`)
}

function readme(
  mean: number,
  scale: number,
  shares: readonly { name: string; side: string; weight: number; offset: number }[],
  { low, high }: { readonly low: number; readonly high: number },
): string {
  const rows: Record<string, string> = {
    items: 'an item, and its columns are the users',
    users: 'a user, and its columns are the items',
  }
  return `# A recommender, as it left Hourglass

A rating is expected to be ${mean} + the bias of the user (users.csv) + the bias of the item (items.csv) + what the autoencoders
give, times ${scale} and times its share, brought into ${low} to ${high}:

${shares.map(({ name, side, weight }) => `- the autoencoder in \`${name}\`, times ${weight}: a row is ${rows[side]}`).join('\n')}

A row (1 × 1 × columns × 1, in the order of the CSV) holds for each known rating what the mean and the biases leave of it, divided by ${scale}${shares
    .map(({ name, offset }) => (offset === 0 ? '' : `, plus ${offset} in \`${name}\``))
    .join(
      '',
    )}, and 0 where there is none. What comes out is such a rest for each column; nothing is added to it.
\`weights.safetensors\` holds the kernels and biases of the layers by name.
`
}
