import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import {
  type ControlPreset,
  type DenoiseControls,
  denoiseControlsSchema,
  type DenoiseOutput,
  denoiseOutputSchema,
} from '../../../shared/api/denoising'
import { writeFileAtomic } from '../../store/atomicWrite'
import { makeFolder } from '../../store/makeFolder'
import type { Log } from '../../base/log'

const fileSchema = z.object({
  presets: z.array(z.object({ name: z.string(), controls: denoiseControlsSchema })).default([]),
  output: denoiseOutputSchema.default(denoiseOutputSchema.parse({})),
  /** Where results go: an absolute path, or null for beside the originals. */
  folder: z.string().nullable().default(null),
  /** What was set last for the pictures of a folder, the newest at the end. */
  folders: z.array(z.object({ folder: z.string(), controls: denoiseControlsSchema })).default([]),
})
type Remembered = z.infer<typeof fileSchema>

const mostFolders = 200

/** denoise.json: presets that a person has named, where results went last, and what was set for which folder. */
export class DenoiseMemory {
  private constructor(
    private readonly path: string,
    private file: Remembered,
    private readonly log: Log,
  ) {}

  static async open(folder: string, log: Log): Promise<DenoiseMemory> {
    const path = join(folder, 'denoise.json')
    const text = await readFile(path, 'utf8').catch(() => '{}')
    return new DenoiseMemory(path, parse(text), log)
  }

  get presets(): readonly ControlPreset[] {
    return this.file.presets
  }

  get output(): DenoiseOutput {
    return this.file.output
  }

  get folder(): string | null {
    return this.file.folder
  }

  controlsOf(folder: string): DenoiseControls {
    const known = this.file.folders.find((one) => one.folder === folder)
    return known?.controls ?? denoiseControlsSchema.parse({})
  }

  async setControls(folders: Iterable<string>, controls: DenoiseControls): Promise<void> {
    const named = new Set(folders)
    const others = this.file.folders.filter(({ folder }) => !named.has(folder))
    const set = [...named].map((folder) => ({ folder, controls }))
    await this.write({ ...this.file, folders: [...others, ...set].slice(-mostFolders) })
  }

  async setFolder(folder: string | null): Promise<void> {
    if (folder !== this.file.folder) await this.write({ ...this.file, folder })
  }

  /** The leave to replace originals is asked for each time. */
  async setOutput(output: DenoiseOutput): Promise<void> {
    await this.write({ ...this.file, output: { ...output, folder: null, replaceOriginals: false } })
  }

  /** One of that name is replaced. */
  async savePreset(preset: ControlPreset): Promise<void> {
    const others = this.file.presets.filter(({ name }) => name !== preset.name)
    const presets = [...others, preset].sort((a, b) => a.name.localeCompare(b.name))
    await this.write({ ...this.file, presets })
  }

  async removePreset(name: string): Promise<void> {
    await this.write({ ...this.file, presets: this.file.presets.filter((one) => one.name !== name) })
  }

  /** What cannot be written is known until the app ends. */
  private async write(file: Remembered): Promise<void> {
    this.file = file
    try {
      await makeFolder(join(this.path, '..'))
      await writeFileAtomic(this.path, `${JSON.stringify(file, null, 2)}\n`)
    } catch (error) {
      this.log.warn(`What was set for denoising could not be kept: ${(error as Error).message}`)
    }
  }
}

function parse(text: string): Remembered {
  try {
    return fileSchema.parse(JSON.parse(text))
  } catch {
    return fileSchema.parse({}) // Damaged, or of another version: nothing that cannot be set again.
  }
}
