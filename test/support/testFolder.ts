import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach } from 'vitest'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

/** An empty folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hourglass-test-'))
  folders.push(folder)
  return folder
}

const ofFile: string[] = []
afterAll(async () => {
  for (const folder of ofFile.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 3 })
})

/** An empty folder that goes with the test file. */
export async function folderOfFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hourglass-test-'))
  ofFile.push(folder)
  return folder
}
