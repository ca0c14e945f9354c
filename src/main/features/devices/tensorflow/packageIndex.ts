import { z } from 'zod'
import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import { answerOf, brokeOff, type Requests, retried, silenceMs } from './requests'
import { parseJson } from '../../../store/parseRecord'

const fileSchema = z.object({
  filename: z.string(),
  url: z.string(),
  size: z.number().int().positive(),
  digests: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  yanked: z.boolean().default(false),
})
const releaseSchema = z.object({
  info: z.object({ requires_dist: z.array(z.string()).nullable().default(null) }),
  urls: z.array(fileSchema),
})
const projectSchema = z.object({ releases: z.record(z.string(), z.array(z.unknown())) })

export type IndexFile = z.infer<typeof fileSchema>

export interface Requirement {
  readonly name: string
  /** Such as `<13.0,>=12.5.3.2`. */
  readonly clauses: string
}

/** An index of Python packages, by its JSON API (https://docs.pypi.org/api/json). Every method throws ExpectedError with what to do, and CancelledError. */
export class PackageIndex {
  constructor(
    private readonly base: string,
    private readonly requests: Requests,
  ) {}

  /** The files of one version, with absolute addresses, and what it requires with an extra. */
  async release(
    name: string,
    version: string,
    extra: string,
  ): Promise<{ files: IndexFile[]; requirements: Requirement[] }> {
    const { url, value } = await this.get(releaseSchema, name, version)
    return {
      files: value.urls.map((file) => ({ ...file, url: new URL(file.url, url).href })),
      requirements: requirementsOf(value.info.requires_dist ?? [], extra),
    }
  }

  async versions(name: string): Promise<string[]> {
    const { value } = await this.get(projectSchema, name)
    return Object.keys(value.releases)
  }

  private async get<T>(schema: z.ZodType<T>, ...names: string[]): Promise<{ url: URL; value: T }> {
    const url = this.address(names)
    const signal = AbortSignal.any([this.requests.signal, AbortSignal.timeout(silenceMs)])
    const text = await retried(this.requests, async () => {
      const response = await answerOf(this.requests, url, { signal })
      return response.text().catch((error: unknown) => {
        throw brokeOff(url, error)
      })
    })
    const parsed = schema.safeParse(parseJson(text))
    if (parsed.success) return { url, value: parsed.data }
    throw new ExpectedError('bad-input', sentence('devices.indexUnreadable', { url: url.href }))
  }

  private address(names: readonly string[]): URL {
    const path = [...names.map(encodeURIComponent), 'json'].join('/')
    if (!URL.canParse(this.base))
      throw new ExpectedError('bad-input', sentence('devices.indexNoAddress', { base: this.base }))
    return new URL(`${this.base.replace(/\/+$/, '')}/${path}`)
  }
}

/** Lines such as `nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"`. */
function requirementsOf(lines: readonly string[], extra: string): Requirement[] {
  return lines.flatMap((line) => {
    const [, name, clauses, condition] = /^\s*([\w.-]+)\s*\(?([^;()]*)\)?\s*;(.*)$/.exec(line) ?? []
    const isOfExtra = condition !== undefined && new RegExp(`extra\\s*==\\s*['"]${extra}['"]`).test(condition)
    return isOfExtra ? [{ name: name!, clauses: clauses!.trim() }] : []
  })
}
