import { randomUUID } from 'node:crypto'
import { basename, dirname } from 'node:path'
import type { DenoiseControls, DenoisePicture } from '../../../shared/api/denoising'
import { prepareImage } from '../pictures/prepareImage'
import { reasonOf, UnusableImage } from '../pictures/unusableImage'
import type { Stamp } from './savedResults'

export interface RowSubject {
  readonly id: string
  /** Absolute. */
  readonly path: string
  readonly stamp: Stamp | null
  readonly controls: DenoiseControls
  readonly hasOwnControls: boolean
  readonly mask: string | null
  readonly holes: string | null
  readonly isUploaded: boolean
  /** Why it is not even looked into. */
  readonly problem: string | null
}

/** A row of the list for a file, by its header. */
export async function rowOf({ path, stamp, problem, ...known }: RowSubject): Promise<DenoisePicture> {
  const row = {
    ...known,
    name: basename(path),
    folder: basename(dirname(path)),
    bytes: stamp?.bytes ?? 0,
    progress: 0,
    result: null,
    isDownloadable: false,
  }
  try {
    if (problem !== null) throw new UnusableImage(problem)
    const { width, height } = await prepareImage(path)
    return { ...row, width, height, state: 'ready', isReadable: true, message: null }
  } catch (error) {
    return { ...row, width: 0, height: 0, state: 'failed', isReadable: false, message: reasonOf(error) }
  }
}

/** For what is no picture that could be read. */
export function unusableRow(path: string, message: string, controls: DenoiseControls): DenoisePicture {
  return {
    id: randomUUID(),
    name: basename(path),
    folder: '',
    width: 0,
    height: 0,
    bytes: 0,
    state: 'failed',
    progress: 0,
    controls,
    isReadable: false,
    result: null,
    message,
    isUploaded: false,
    isDownloadable: false,
    hasOwnControls: false,
    mask: null,
    holes: null,
  }
}
