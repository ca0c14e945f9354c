import { readFile, writeFile } from 'node:fs/promises'

const [start, application1, scan] = [0xd8, 0xe1, 0xda]

/** Takes the EXIF out of a JPEG: of one whose original has none it is the encoder's own, with a resolution that nobody said. */
export async function withoutExif(path: string): Promise<void> {
  const file = await readFile(path)
  const parts: Buffer[] = [file.subarray(0, 2)]
  let at = 2
  while (file[1] === start && at + 4 <= file.length && file[at] === 0xff && file[at + 1] !== scan) {
    const end = at + 2 + file.readUInt16BE(at + 2)
    const isExif = file[at + 1] === application1 && file.toString('latin1', at + 4, at + 8) === 'Exif'
    if (!isExif) parts.push(file.subarray(at, end))
    at = end
  }
  await writeFile(path, [...parts, file.subarray(at)])
}
