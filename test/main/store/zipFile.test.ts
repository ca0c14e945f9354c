import { mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { DamagedZip, extractZipEntry, readZipDirectory } from '../../../src/main/store/zipFile'
import { hasPeersPython, runPython } from '../../support/peersPython'
import { folderOfFile } from '../../support/testFolder'

/** As Python writes archives, wheels among them. With 64-bit fields in the local headers, in the directory, and at its end. */
const program = `
import sys, zipfile
folder = sys.argv[1]
with zipfile.ZipFile(folder + "/plain.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.comment = b"PK\\x05\\x06 is how a directory ends" * 100
    archive.writestr("packed.txt", "again and " * 10000)
    archive.writestr(zipfile.ZipInfo("stored/\\u00fcber.txt"), "as it is")
    archive.writestr("empty.txt", "")
    tool = zipfile.ZipInfo("tool.sh")
    tool.external_attr = 0o100755 << 16
    archive.writestr(tool, "#!/bin/sh")
zipfile.ZIP64_LIMIT = 20
zipfile.ZIP_FILECOUNT_LIMIT = 1
with zipfile.ZipFile(folder + "/large.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("first.txt", "again and " * 10000)
    archive.writestr("second.txt", "x" * 30)
zipfile.ZipFile(folder + "/nothing.zip", "w").close()
`
let folder: string
const at = (name: string) => join(folder, name)

async function contentsOf(archive: string): Promise<Record<string, string>> {
  const contents: Record<string, string> = {}
  await mkdir(at('out'), { recursive: true })
  for (const entry of await readZipDirectory(at(archive))) {
    const target = at(join('out', entry.name.replaceAll('/', '_')))
    await extractZipEntry(at(archive), entry, target)
    contents[entry.name] = await readFile(target, 'utf8')
  }
  return contents
}

describe.skipIf(!hasPeersPython())('archives', () => {
  beforeAll(async () => {
    folder = await folderOfFile()
    await runPython(program, folder)
  })

  it('are unpacked as Python packed them', async () => {
    expect(await contentsOf('plain.zip')).toEqual({
      ...{ 'packed.txt': 'again and '.repeat(10_000), 'stored/über.txt': 'as it is' },
      ...{ 'empty.txt': '', 'tool.sh': '#!/bin/sh' },
    })
    expect((await stat(at('out/tool.sh'))).mode & 0o111).toBe(0o111)
    expect((await stat(at('out/packed.txt'))).mode & 0o111).toBe(0)
    expect(await contentsOf('nothing.zip')).toEqual({})
  })

  it('are unpacked where their fields have 64 bits', async () => {
    const contents = { 'first.txt': 'again and '.repeat(10_000), 'second.txt': 'x'.repeat(30) }
    expect(await contentsOf('large.zip')).toEqual(contents)
  })

  it('are refused where they are cut off or hold more than they say', async () => {
    await writeFile(at('cut.zip'), await readFile(at('plain.zip')))
    await truncate(at('cut.zip'), 200)
    await expect(readZipDirectory(at('cut.zip'))).rejects.toBeInstanceOf(DamagedZip)
    await writeFile(at('none.zip'), '')
    await expect(readZipDirectory(at('none.zip'))).rejects.toBeInstanceOf(DamagedZip)
    const [packed] = await readZipDirectory(at('plain.zip'))
    const extracted = (bytes: number) => extractZipEntry(at('plain.zip'), { ...packed!, bytes }, at('bomb'))
    await expect(extracted(1000)).rejects.toThrow('larger than it says')
    await expect(extracted(200_000)).rejects.toThrow('smaller than it says')
  })
})
