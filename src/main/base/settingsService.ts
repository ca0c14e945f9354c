import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Settings, settingsSchema } from '../../shared/api/settings'
import { writeFileAtomic } from '../store/atomicWrite'
import { explainFileError, fileErrorCode } from '../store/fileErrors'
import { makeFolder } from '../store/makeFolder'
import type { Log } from './log'
import { parseJson } from '../store/parseRecord'

/** settings.json: what a person has chosen, and where the library is when it is not at its usual place. */
const fileSchema = settingsSchema.extend({ library: z.string().nullable().default(null) })
type SettingsFile = z.infer<typeof fileSchema>

export class SettingsService {
  private readonly listeners = new Set<() => void>()
  /** Settled when the change before is on the disk, or has failed. */
  private turn: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly path: string,
    private file: SettingsFile,
  ) {}

  /** Settings that cannot be read are kept beside, and the defaults taken. @throws ExpectedError without the right to */
  static async open(folder: string, log: Log): Promise<SettingsService> {
    await makeFolder(folder)
    const path = join(folder, 'settings.json')
    return new SettingsService(path, await readSettings(path, log))
  }

  get settings(): Settings {
    return settingsSchema.parse(this.file)
  }

  /** Absolute path, or null: the usual place. */
  get library(): string | null {
    return this.file.library
  }

  async change(changes: Partial<Settings>): Promise<void> {
    await this.write(changes)
  }

  async setLibrary(library: string | null): Promise<void> {
    await this.write({ library })
  }

  /** Returns the function that stops listening. */
  onChange(listen: () => void): () => void {
    this.listeners.add(listen)
    return () => {
      this.listeners.delete(listen)
    }
  }

  /** One change after the other, so that each keeps what those before it have written. */
  private async write(changes: Partial<SettingsFile>): Promise<void> {
    const next = this.turn.then(async () => {
      const file = { ...this.file, ...changes }
      await writeFileAtomic(this.path, `${JSON.stringify(file, null, 2)}\n`)
      this.file = file
    })
    this.turn = next.catch(() => undefined)
    await next
    for (const listen of this.listeners) listen()
  }
}

/** Where the library is according to settings.json, for a process that only wants to know that. */
export async function chosenLibrary(settingsFolder: string): Promise<string | null> {
  return (await settingsFileIn(settingsFolder))?.library ?? null
}

/** The mirror that settings.json names for TensorFlow's packages, for a process that only wants to know that. */
export async function chosenPackageIndex(settingsFolder: string): Promise<string | null> {
  return (await settingsFileIn(settingsFolder))?.packageIndex ?? null
}

async function settingsFileIn(folder: string): Promise<SettingsFile | null> {
  const text = await readFile(join(folder, 'settings.json'), 'utf8').catch(() => null)
  const parsed = text === null ? null : fileSchema.safeParse(parseJson(text))
  return parsed?.success ? parsed.data : null
}

async function readSettings(path: string, log: Log): Promise<SettingsFile> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return fileSchema.parse({})
    throw explainFileError(error, path)
  }
  const parsed = fileSchema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  await rename(path, `${path}.unreadable`)
  log.warn(`${path} could not be read and is now ${path}.unreadable. The settings are at their defaults.`)
  return fileSchema.parse({})
}
