import { compress } from './compress'
import { decompress } from './decompress'
import { measureCompression } from './measureCompression'
import { tryCompression } from './tryCompression'

/** What the compute worker does for this room, by the name under which it is called. */
export const compressionTasks = { compress, decompress, measureCompression, tryCompression }
