import { unzipSync } from 'fflate'

/**
 * Files of a zip by their names, those alone that are asked for. Nothing is unpacked beyond the limit of its name,
 * whatever the zip says of itself.
 *
 * @param limits bytes, by name
 * @throws Error when it is no zip or a file in it is larger
 */
export function unzip(
  bytes: Uint8Array,
  limits: Readonly<Record<string, number>>,
): ReadonlyMap<string, Uint8Array> {
  const files = unzipSync(bytes, {
    filter: ({ name, originalSize }) => {
      const limit = Object.hasOwn(limits, name) ? limits[name]! : -1
      if (limit >= 0 && originalSize > limit)
        throw new Error(`${name} in it would be ${originalSize} bytes, which is too much`)
      return limit >= 0
    },
  })
  return new Map(Object.entries(files))
}
