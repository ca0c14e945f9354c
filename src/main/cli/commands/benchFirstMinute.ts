import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import type { Budget } from '../../../shared/plan'
import { type BenchFolder, benchFolders, madeFolder } from '../bench/benchFolders'
import { measureFirstMinute, type TrainedFolder } from '../bench/firstMinute'
import { reconstructionPicture } from '../bench/reconstructionPicture'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { describePlan } from '../describePlan'
import { figuresOf, firstMinuteTable, type FolderResult } from './firstMinuteTable'
import { trainingReporter } from '../trainingReporter'

export interface FirstMinuteFlags {
  only?: string[]
  seeds: number
  budget: Budget
  sprites: number
  pictures?: string
  folders?: string
}

/** Trains folders that no setting was chosen with, each as `hourglass train FOLDER` does, and compares with PCA. */
export async function benchFirstMinute(context: CommandContext, flags: FirstMinuteFlags): Promise<void> {
  const { output, progress, signal } = context
  const chosen = chooseFolders(benchFolders(flags), flags.only)
  const work = await mkdtemp(join(tmpdir(), 'hourglass-bench-'))
  const cache = flags.folders === undefined ? join(work, 'folders') : resolve(flags.folders)
  const results: FolderResult[] = []
  try {
    for (const folder of chosen) {
      progress.note(`${folder.title}: making the folder.`)
      const made = await madeFolder(folder, cache, signal)
      if ('missing' in made) {
        progress.note(`${folder.title}: left out. ${made.missing}`)
        output.record({ type: 'skipped', folder: folder.name, reason: made.missing })
        continue
      }
      const result = await measureFolder(context, flags, { folder, path: made.path, work })
      results.push(result)
      report(context, folder, result)
    }
    if (results.length > 0) firstMinuteTable(results).forEach((line) => output.line(line))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

function chooseFolders(folders: BenchFolder[], only?: readonly string[]): BenchFolder[] {
  const unknown = only?.find((name) => folders.every((folder) => folder.name !== name))
  if (unknown !== undefined)
    throw new ExpectedError(
      'bad-usage',
      `There is no folder ${unknown}. Choose from ${folders.map(({ name }) => name).join(', ')}.`,
    )
  return only ? folders.filter(({ name }) => only.includes(name)) : folders
}

interface Place {
  readonly folder: BenchFolder
  readonly path: string
  readonly work: string
}

async function measureFolder(
  context: CommandContext,
  flags: FirstMinuteFlags,
  place: Place,
): Promise<FolderResult> {
  const { title, images } = place.folder
  const trained: TrainedFolder[] = []
  for (let seed = 1; seed <= flags.seeds; seed++) trained.push(await measureSeed(context, flags, place, seed))
  return { title, images, plan: trained[0]!.plan, trainings: trained.map(({ measured }) => measured) }
}

/** In a worker of its own, as a command has. The picture is that of the first seed. */
async function measureSeed(
  { output, progress, signal }: CommandContext,
  { budget, pictures }: FirstMinuteFlags,
  { folder, path, work }: Place,
  seed: number,
): Promise<TrainedFolder> {
  const run = join(work, 'run')
  const client = createComputeClient()
  // Epochs are nobody's news here.
  const silent = { json: false, line: () => {}, record: () => {} }
  const reporter = trainingReporter({ output: silent, progress, signal })
  try {
    const options = { client, signal, ...reporter.observe }
    const result = await measureFirstMinute(path, { seed, budget, run }, options)
    reporter.end()
    progress.note(`${folder.title}, seed ${seed}: ${result.measured.psnr?.toFixed(2) ?? 'no'} dB.`)
    if (pictures !== undefined && seed === 1) {
      const picture = await reconstructionPicture(result.summary, work, client, signal)
      const file = join(pictures, `${folder.name}.webp`)
      await mkdir(pictures, { recursive: true })
      await writeFile(file, picture.file)
      const { images, heldOut } = picture
      output.record({ type: 'picture', folder: folder.name, file, images, heldOut })
    }
    return result
  } finally {
    reporter.end()
    await client.dispose()
    for (const left of ['run', 'shown']) await rm(join(work, left), { recursive: true, force: true })
  }
}

function report({ output, progress }: CommandContext, { name }: BenchFolder, result: FolderResult): void {
  const { images, trainings } = result
  const plan = describePlan(result.plan)
  progress.note(plan)
  const figures = figuresOf(result)
  output.record({ type: 'bench', what: 'first-minute', folder: name, images, plan, ...figures, trainings })
}
