import type { ExportedAs } from '../../../shared/exporting'
import type { ModelSpec } from '../../../shared/modelSpec'
import { exportFormat } from '../../engine/exporters/formats'
import { Example } from '../../engine/exporters/formats/example'

/** What a stranger needs to know before using the files: facts as a table, and code that runs them. */
export function exportReadme(
  spec: ModelSpec,
  about: Readonly<Record<string, string>>,
  as: ExportedAs,
): string {
  const rows = Object.entries({ ...about, ...(as.precision === 'float32' ? {} : { weights: as.precision }) })
  const { name, fence } = exportFormat(as.format).language
  return `# ${about.name}

| | |
| --- | --- |
${rows.map(([what, value]) => `| ${what} | ${value.replaceAll('|', '\\|')} |`).join('\n')}

## Use it from ${name}

\`\`\`${fence}
${exampleCode(spec, as)}
\`\`\`
`
}

/** Some lines of code that run the part that was exported. */
export function exampleCode(spec: ModelSpec, as: ExportedAs): string {
  return exportFormat(as.format).example(new Example(spec, as))
}
