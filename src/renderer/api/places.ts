import type { Place } from '../../shared/api/places'
import { sentence } from '../../shared/texts/sentence'
import { inPageLanguage } from './errorOf'
import { bridge } from './client'

export interface UploadProgress {
  readonly done: number
  readonly total: number
}

interface NamedFile {
  readonly file: File
  /** Within what was dropped, with /. */
  readonly path: string
}

/** What was dropped on the page: in Electron the files themselves, in a browser copies that are sent to the app. */
export async function placesOfDrop(
  data: DataTransfer,
  onProgress?: (progress: UploadProgress) => void,
  signal?: AbortSignal,
): Promise<readonly Place[]> {
  if (bridge) return bridge.placesOf([...data.files])
  // Entries must be taken before the first wait, after which the browser forgets them.
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  // Some programs hand over files that are no entries of a file system.
  if (entries.length === 0) return placesOfFiles([...data.files], onProgress, signal)
  const files = (await Promise.all(entries.map((entry) => filesOf(entry)))).flat()
  return uploadFiles(files, onProgress, signal)
}

/** Files that were chosen in the browser's own dialog. */
export async function placesOfFiles(
  files: readonly File[],
  onProgress?: (progress: UploadProgress) => void,
  signal?: AbortSignal,
): Promise<readonly Place[]> {
  if (bridge) return bridge.placesOf([...files])
  const named = files.map((file) => ({ file, path: file.webkitRelativePath || file.name }))
  return uploadFiles(named, onProgress, signal)
}

/** One after the other into one folder of the app, whose place comes back. @throws Error with the app's sentence */
async function uploadFiles(
  files: readonly NamedFile[],
  onProgress?: (progress: UploadProgress) => void,
  signal?: AbortSignal,
): Promise<readonly Place[]> {
  const batch = crypto.randomUUID()
  let place: Place | null = null
  for (const [done, { file, path }] of files.entries()) {
    onProgress?.({ done, total: files.length })
    const headers = { 'x-hourglass-batch': batch, 'x-hourglass-path': encodeURIComponent(path) }
    const response = await fetch('/uploads', { method: 'POST', headers, body: file, signal })
    const answer = (await response.json()) as Place & { message?: string }
    if (!response.ok) throw new Error(inPageLanguage(answer.message ?? sentence('served.fileNotSent')))
    place = answer
  }
  onProgress?.({ done: files.length, total: files.length })
  if (!place) return []
  const [top] = files[0]!.path.split('/')
  return [{ ...place, name: files.length === 1 || files[0]!.path.includes('/') ? top! : place.name }]
}

async function filesOf(entry: FileSystemEntry, below = ''): Promise<NamedFile[]> {
  const path = `${below}${entry.name}`
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    )
    return [{ file, path }]
  }
  const children = await childrenOf(entry as FileSystemDirectoryEntry)
  return (await Promise.all(children.map((child) => filesOf(child, `${path}/`)))).flat()
}

/** A reader gives a hundred at a time, and none when there are no more. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const children: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return children
    children.push(...some)
  }
}
