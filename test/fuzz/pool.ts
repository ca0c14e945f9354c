import type { z } from 'zod'
import type { CommandName } from '../../src/shared/api/commands'
import { preprocessingSchema } from '../../src/shared/dataset'
import { modelSpecSchema } from '../../src/shared/modelSpec'
import { trainingConfigSchema } from '../../src/shared/trainingConfig'
import type { Known } from './valuesOf'

const kinds = ['dataset', 'run', 'model', 'picture', 'place', 'set', 'job', 'undo'] as const
type Kind = (typeof kinds)[number]
export type KnownNames = Readonly<Partial<Record<Kind, readonly string[]>>>

/** Fields that name things, whatever the command. */
const byField: Readonly<Record<string, Kind>> = {
  ...{ dataset: 'dataset', datasets: 'dataset', model: 'model', models: 'model', from: 'model' },
  ...{ run: 'run', again: 'run', ids: 'picture', set: 'set', after: 'set', undo: 'undo', job: 'job' },
  ...{ place: 'place', places: 'place', folder: 'place', image: 'place' },
}
/** What `id` is of in the commands that begin so. */
const byCommand: Readonly<Record<string, Kind>> = {
  ...{ datasets: 'dataset', runs: 'run', training: 'run', models: 'model', denoise: 'picture', jobs: 'job' },
}
const mostLearned = 12

const config = { epochs: 1, batchSize: 4 }
const sampleSpec = (...units: number[]) =>
  modelSpecSchema.parse({
    input: { height: 8, width: 8, channels: 1 },
    encoder: units.map((count) => ({ type: 'dense', units: count, activation: 'relu' })),
  })
const samples = new Map<z.core.$ZodType, readonly unknown[]>([
  [
    preprocessingSchema,
    [
      { width: 8, height: 8 },
      { width: 12, height: 8, color: 'rgb' },
    ],
  ],
  [modelSpecSchema, [sampleSpec(6), sampleSpec(12, 3)]],
  [trainingConfigSchema, [config, { ...config, epochs: 3, validationSplit: 0 }]],
])

/** What the app has named: what it began with, and the latest of what it answered. */
export class Pool {
  private readonly learned = new Map<Kind, string[]>(kinds.map((kind) => [kind, []]))

  constructor(private readonly fixed: KnownNames) {}

  of(command: CommandName): Known {
    const kindOf = (field: string) => (field === 'id' ? byCommand[command.split('.')[0]!] : byField[field])
    return {
      all: kinds.flatMap((kind) => this.ofKind(kind)),
      named: (field) => this.ofKind(kindOf(field)),
      samples: (schema) => samples.get(schema) ?? [],
    }
  }

  learn(result: unknown, depth = 0): void {
    if (typeof result !== 'object' || result === null || ArrayBuffer.isView(result) || depth > 3) return
    if (Array.isArray(result)) return result.slice(0, 4).forEach((one) => this.learn(one, depth + 1))
    for (const [field, value] of Object.entries(result)) {
      const kind = byField[field]
      if (kind && typeof value === 'string') this.add(kind, value)
      else this.learn(value, depth + 1)
    }
  }

  private ofKind(kind: Kind | undefined): readonly string[] {
    return kind ? [...(this.fixed[kind] ?? []), ...this.learned.get(kind)!] : []
  }

  private add(kind: Kind, name: string): void {
    const learned = this.learned.get(kind)!
    if (this.ofKind(kind).includes(name)) return
    learned.push(name)
    if (learned.length > mostLearned) learned.shift()
  }
}
