import { open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FileReplacement, writeFileAtomic } from './atomicWrite'
import { explainFileError } from './fileErrors'
import { makeFolder } from './makeFolder'
import { npyHeader } from './npy'
import { parseJson } from './parseRecord'

/** Beside a model: what was found out of the codes of some images. It can be deleted at any time. */
const folderName = 'latent'
const chunkBytes = 1 << 22

const recordSchema = z.object({
  version: z.literal(1),
  count: z.number().int().min(1),
  dimensions: z.number().int().min(1),
  broken: z.number().int().min(0),
  statistics: z.object({
    mean: z.array(z.number()),
    deviation: z.array(z.number()),
    min: z.array(z.number()),
    max: z.array(z.number()),
  }),
})
export type SurveyRecord = z.infer<typeof recordSchema>

/** Arrays of one survey by name, as .npy files that NumPy reads. */
export interface NamedArray {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

/** The folder of one survey. `subject` says of which images, `version` of what state of them and of the model. */
export class LatentFolder {
  readonly path: string

  constructor(
    private readonly model: string,
    private readonly subject: string,
    private readonly version: string,
  ) {
    this.path = join(model, folderName, `${subject}-${version}`)
  }

  /** Null where there is none that can be read. */
  async readRecord(): Promise<SurveyRecord | null> {
    const text = await readFile(join(this.path, 'survey.json'), 'utf8').catch(() => {
      // Not there, or not to be read: it is made again.
      return null
    })
    const parsed = recordSchema.safeParse(text === null ? null : parseJson(text))
    return parsed.success ? parsed.data : null
  }

  /** The arrays first, the record last: where it is, the others are. */
  async write(record: SurveyRecord, arrays: readonly NamedArray[]): Promise<void> {
    // A model that was deleted or moved meanwhile does not come back as a folder with nothing but this in it.
    await stat(this.model).catch((error: unknown) => {
      throw explainFileError(error, this.model)
    })
    await makeFolder(this.path)
    for (const array of arrays) await this.writeArray(array)
    await writeFileAtomic(join(this.path, 'survey.json'), `${JSON.stringify(record)}\n`)
    await this.removeOlder()
  }

  async writeArray({ name, shape, data }: NamedArray): Promise<void> {
    const file = await FileReplacement.open(join(this.path, `${name}.npy`))
    try {
      await file.write(npyHeader(data instanceof Int32Array ? '<i4' : '<f4', shape))
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      for (let from = 0; from < bytes.length; from += chunkBytes)
        await file.write(Uint8Array.from(bytes.subarray(from, from + chunkBytes)))
      await file.commit()
    } catch (error) {
      await file.abort()
      throw error
    }
  }

  /** Fills `into`, which may be shared memory. False where there is no such array of this length. */
  async readArray({ name, shape, data }: NamedArray): Promise<boolean> {
    const path = join(this.path, `${name}.npy`)
    const file = await open(path, 'r').catch(() => {
      // Not there: it is made again.
      return null
    })
    if (!file) return false
    try {
      const header = npyHeader(data instanceof Int32Array ? '<i4' : '<f4', shape)
      const { size } = await file.stat()
      if (size !== header.length + data.byteLength) return false
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      const chunk = new Uint8Array(chunkBytes)
      for (let at = 0; at < bytes.length;) {
        const { bytesRead } = await file.read(chunk, 0, chunkBytes, header.length + at)
        if (bytesRead === 0) return false
        bytes.set(chunk.subarray(0, bytesRead), at)
        at += bytesRead
      }
      return true
    } catch (error) {
      throw explainFileError(error, path)
    } finally {
      await file.close()
    }
  }

  async writeJson(name: string, value: unknown): Promise<void> {
    await writeFileAtomic(join(this.path, `${name}.json`), `${JSON.stringify(value)}\n`)
  }

  async readJson<T>(name: string, schema: z.ZodType<T>): Promise<T | null> {
    const text = await readFile(join(this.path, `${name}.json`), 'utf8').catch(() => {
      // Not there: it is made again.
      return null
    })
    const parsed = schema.safeParse(text === null ? null : parseJson(text))
    return parsed.success ? parsed.data : null
  }

  /** Those of the same images that the model has moved on from. */
  private async removeOlder(): Promise<void> {
    const parent = join(this.model, folderName)
    const own = `${this.subject}-${this.version}`
    for (const name of await readdir(parent)) {
      if (name.startsWith(`${this.subject}-`) && name !== own)
        await rm(join(parent, name), { recursive: true, force: true })
    }
  }
}
