import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'

/** The folder of this checkout. */
export const root = resolve(import.meta.dirname, '../..')

/** Pictures for measuring, beside the checkout where the project is developed. */
export const sharedData = resolve(root, '../shared/data')

/**
 * For tests that need what not every machine has: `describe.skipIf(!hasTensorflow())`. What is left out is said once a
 * file. HOURGLASS_REQUIRE, a list such as "tensorflow,shared", makes leaving it out a failure.
 */
export function hasTensorflow(): boolean {
  return requirement(
    'tensorflow',
    () =>
      existsSync(`${tfjsFolder}/deps/lib`) &&
      folders(`${tfjsFolder}/lib`).some((name) => name.startsWith('napi-')),
    'tests with TensorFlow, whose library is not here. npm run setup:tensorflow brings it.',
  )
}

export function hasShared(): boolean {
  return requirement(
    'shared',
    () => existsSync(sharedData),
    'tests with the pictures in ../shared/data, which is not here.',
  )
}

/** Small inputs that once failed, beside the checkout where the project is developed. */
export const sharedCases = resolve(root, '../shared/cases')

export function hasCases(): boolean {
  return requirement(
    'cases',
    () => existsSync(sharedCases),
    'tests with the files in ../shared/cases, which is not here.',
  )
}

/** Phil Harvey's reader of metadata, which knows nothing of the encoder that wrote them. */
export function hasExiftool(): boolean {
  return requirement(
    'exiftool',
    () => spawnSync('exiftool', ['-ver']).status === 0,
    'tests of metadata with exiftool, which is not here.',
  )
}

const tfjsFolder = resolve(root, 'node_modules/@tensorflow/tfjs-node-gpu')
const answers = new Map<string, boolean>()

/** `leftOut` ends the sentence "Left out: …". */
export function requirement(name: string, isHere: () => boolean, leftOut: string): boolean {
  const known = answers.get(name)
  if (known !== undefined) return known
  const here = isHere()
  if (!here) {
    const required = (process.env.HOURGLASS_REQUIRE ?? '').split(',')
    if (required.includes(name))
      throw new Error(`HOURGLASS_REQUIRE asks for "${name}". Without it would be left out: ${leftOut}`)
    console.warn(`Left out: ${leftOut}`)
  }
  answers.set(name, here)
  return here
}

function folders(path: string): string[] {
  return existsSync(path) ? readdirSync(path) : []
}
