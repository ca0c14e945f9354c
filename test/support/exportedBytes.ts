import type { ExportedFile } from '../../src/main/engine/exporters/exporter'
import { joined } from '../../src/shared/pieces'

/** Files of an exporter by their paths; weights that it hands over as tensors are left out. */
export function bytesByPath(files: readonly ExportedFile[]): Map<string, Uint8Array> {
  return new Map(
    files.flatMap((file): [string, Uint8Array][] =>
      'content' in file ? [[file.path, joined([...file.content])]] : [],
    ),
  )
}
