/**
 * What a command found out, on stdout: sentences for a person, or with `--json` one object a line for a script and
 * nothing else. A command calls both methods and leaves the choice to the switch.
 */
export interface Output {
  readonly json: boolean
  /** A line for a person; silent with `--json`. */
  line(text: string): void
  /** An object for a script; silent without `--json`. */
  record(record: { type: string } & Record<string, unknown>): void
}

export interface OutputMode {
  json: boolean
  /** No progress. Results and errors still show. */
  quiet: boolean
}

/** `interleave` runs a write so that it does not land inside a progress bar. */
export function createOutput(
  mode: OutputMode,
  stream: NodeJS.WritableStream,
  interleave: (write: () => void) => void,
): Output {
  const write = (text: string) => interleave(() => stream.write(`${text}\n`))
  return {
    get json() {
      return mode.json
    },
    line: (text) => {
      if (!mode.json) write(text)
    },
    record: (record) => {
      if (mode.json) write(JSON.stringify(record))
    },
  }
}

/**
 * Lets the reader of stdout go (`hourglass … | head -1`, or a terminal that was closed) without a word: the work goes on
 * or saves, since its results are files.
 */
export function toleratePipeClosed(stream: NodeJS.WritableStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
  })
}
