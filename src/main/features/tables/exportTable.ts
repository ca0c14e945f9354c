import { basename, dirname, resolve } from 'node:path'
import { refuse } from '../../../shared/errors'
import type { ExportedAs } from '../../../shared/exporting'
import type { TableInfo, TableModel } from '../../../shared/tables'
import { OutputFolder } from '../../store/outputFolder'
import type { ComputeClient } from '../../worker/computeClient'
import { readTrainedTable } from './tableFiles'

export interface ExportTableRequest extends ExportedAs {
  readonly model: string
  /** A folder, or a file that ends in .onnx. */
  readonly out: string
  readonly overwrite: boolean
  readonly version: string
}

/** An autoencoder of a table as ONNX with its scaling inside, and a README that runs it. @throws ExpectedError */
export async function exportTable(
  { model, out, overwrite, version, ...as }: ExportTableRequest,
  { client }: { readonly client: ComputeClient },
): Promise<{ files: readonly string[]; bytes: number; loss: null }> {
  check(as)
  const folder = resolve(model)
  const info = await readTrainedTable(folder)
  const isFile = out.toLowerCase().endsWith('.onnx')
  const name = isFile ? basename(out) : 'model.onnx'
  const files = isFile ? [name] : [name, 'README.md']
  const output = await OutputFolder.open(isFile ? dirname(resolve(out)) : out, files, { overwrite })
  try {
    const about = {
      name: info.name,
      made_by: `Hourglass ${version}`,
      input: 'rows: one number for each column in its own units, NaN where a value is missing',
      output:
        'output: what the network makes of all of them; filled: the rows with gaps filled in; code: their codes',
    }
    const { bytes, inputs } = await client.call('exportTable', { folder, file: output.path(name), about })
    if (!isFile) await output.write('README.md', Buffer.from(readme(info, inputs)))
    await output.commit()
    return { files, bytes, loss: null }
  } catch (error) {
    await output.abort()
    throw error
  }
}

function check({ format, part, precision, pixels }: ExportedAs): void {
  if (format !== 'onnx')
    refuse(`A model of a table is written as onnx, and not as ${format}. Choose --format onnx.`)
  if (part !== 'full')
    refuse('A model of a table is exported whole: its codes are an output of it. Leave --part out.')
  if (pixels === 'uint8') refuse('The columns of a table go in and out as floats. Leave --pixels out.')
  if (precision !== 'float32')
    refuse('The weights of a model of a table are stored as float32. Leave --precision out.')
}

function readme(
  { name, columns, model }: TableInfo & { model: TableModel },
  inputs: readonly string[],
): string {
  const lines = columns.map(({ name: column, kind, values }) =>
    kind === 'category'
      ? `- \`${column}\`: ${values.length} numbers, 1 for the value that it has and 0 for the others, or NaN for all: ${values.map((value) => value.name).join(', ')}`
      : `- \`${column}\`: the number as it is, or NaN where it is missing`,
  )
  return `# ${name}: an autoencoder of a table, as it left Hourglass

\`model.onnx\` has one input and three outputs, all float32. Centres and scales of the columns are inside it.

- \`rows\`, n × ${inputs.length}: the columns in their own units, in the order below, NaN where a value is missing
- \`output\`, n × ${inputs.length}: what the network makes of all cells, in the same units
- \`filled\`, n × ${inputs.length}: the rows, with what was missing filled in
- \`code\`, n × ${model.codeSize}: the codes

## Columns

${lines.join('\n')}

## Running it

\`\`\`python
import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession("model.onnx")
columns = ${JSON.stringify(inputs)}
rows = np.full((1, len(columns)), np.nan, dtype=np.float32)   # one row, nothing known yet
output, filled, code = session.run(["output", "filled", "code"], {"rows": rows})
\`\`\`
`
}
