import packageJson from '../../../../package.json'

/** Of Hourglass and Node, for files that tell where they came from. */
export function versions(): Record<string, string> {
  return { hourglass: packageJson.version, node: process.versions.node }
}
