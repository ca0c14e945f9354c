import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../src/main/app/createApp'
import { checkFrame } from '../../src/shared/api/frameLimits'
import { commands } from '../../src/shared/api/commands'
import { decodeRequest, encodeMessage } from '../../src/shared/api/wire'
import { testLog } from '../support/testApp'
import { folderOfFile } from '../support/testFolder'
import { type Finding, fuzzCommands } from './fuzzCommands'
import { fuzzedApp } from './fuzzedApp'
import type { KnownNames } from './pool'
import { fuzzFrames } from './fuzzFrames'

/** `npm run fuzz` sets them: 20,000 calls, and another seed where one is given. */
const calls = Number(process.env.HOURGLASS_FUZZ_CALLS ?? Object.keys(commands).length)
const seed = Number(process.env.HOURGLASS_FUZZ_SEED ?? 1)
const isLong = process.env.HOURGLASS_FUZZ_CALLS !== undefined
const timeout = Math.max(240_000, calls * 2000)

describe('frames', () => {
  it('of all kinds are read or refused, and the check takes what the reader takes', () => {
    expect(fuzzFrames(seed, isLong ? 2 * calls : 3000)).toEqual([])
  })

  it('that hold too much are refused before anything is made of them', () => {
    const lists = (count: number) =>
      Buffer.concat([Buffer.from([0xdd, 0, 0, 0, 0]), Buffer.alloc(count, 0x90)])
    const many = lists(16_000_000)
    many.writeUInt32BE(16_000_000, 1)
    const nested = Buffer.alloc(200_000, 0x91)
    nested[nested.length - 1] = 0xc0
    const pairs = Buffer.concat(
      Array.from({ length: 16 }, () => Buffer.from([0xdc, 0xff, 0xff, ...new Uint8Array(65_535)])),
    )
    const wide = Buffer.concat([Buffer.from([0x9f]), pairs.subarray(0, 15 * 65_538)])
    for (const bytes of [many, nested, wide])
      expect(() => decodeRequest(bytes)).toThrow(/It (holds more|is nested)/)
  })

  it('as large as the largest request are taken', () => {
    const undo = Array.from({ length: 10_000 }, () => crypto.randomUUID())
    const ids = Array.from({ length: 100_000 }, () => crypto.randomUUID())
    for (const [command, params] of [
      ['library.empty', { undo }],
      ['denoise.remove', { ids }],
      ['models.decode', { id: 'model', code: new Float32Array(1_000_000) }],
    ] as const) {
      const bytes = encodeMessage({ kind: 'request', id: 1, command, params })
      expect(decodeRequest(bytes)).toMatchObject({ command })
    }
    expect(() =>
      checkFrame(encodeMessage({ a: [1, 'x', 1.5, null, -7, 2 ** 40] }), { deepest: 2, most: 9 }),
    ).not.toThrow()
  })
})

describe('commands', () => {
  let app: App
  let known: KnownNames
  const log = testLog()
  beforeAll(async () => {
    ;({ app, known } = await fuzzedApp(await folderOfFile(), log))
  }, timeout)
  afterAll(() => app.close(), timeout)

  it(
    'answer whatever they are asked with a result or a sentence',
    async () => {
      const onCall = (done: number) => {
        if (isLong && done % 500 === 0) console.log(`${done} of ${calls} calls`)
      }
      const onFinding = (finding: Finding) => {
        if (isLong) console.log(finding)
      }
      const { findings, answered } = await fuzzCommands(app, { seed, calls, known, onCall, onFinding })
      if (isLong)
        console.log(
          'Never answered with a result:',
          Object.keys(commands)
            .filter((name) => !answered.has(name as never))
            .join(', '),
        )
      if (isLong)
        console.log(
          log.lines
            .filter((line) => line.startsWith('error'))
            .slice(0, 50)
            .join('\n'),
        )
      expect(findings).toEqual([])
    },
    timeout,
  )
})
