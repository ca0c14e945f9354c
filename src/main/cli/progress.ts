import { SingleBar } from 'cli-progress'
import { clearLine, cursorTo } from 'node:readline'
import type { OutputMode } from './output'
import { formatAmount, formatDuration } from './format'

/** One piece of work under way. `end` it in a `finally`. */
export interface ProgressTask {
  /** `done` of the total so far; `note` is a few words for the end of the line, such as "loss 0.0123". */
  update(done: number, note?: string): void
  /** When the total turns out only on the way. */
  setTotal(total: number): void
  end(): void
}

/** How far the work is, on stderr: a bar in a terminal, a line now and then elsewhere, nothing with --json or --quiet. */
export interface Progress {
  /**
   * One task at a time. A total of 0 is unknown. `unit` is a plural: "images". `already` was done before, by work that
   * goes on now, and does not count for the rate.
   */
  start(label: string, total: number, unit: string, already?: number): ProgressTask
  /** A sentence a person should see while the command works, such as a preset scaled to another size. */
  note(sentence: string): void
  /** Runs a write to the terminal so that it does not land inside the bar. */
  interleave(write: () => void): void
}

export interface ProgressPlace {
  stream: NodeJS.WritableStream
  /** Whether the stream is a terminal that a person looks at. */
  interactive: boolean
  /** Milliseconds from a clock that never goes back. */
  now: () => number
}

const plainIntervalMs = 5_000

type Painter = { paint(status: Status): void; end(status: Status): void; interleave(write: () => void): void }
type Status = { label: string; done: number; total: number; text: string }

export function createProgress(mode: OutputMode, place: ProgressPlace): Progress {
  let painter: Painter | null = null
  const silent = () => mode.json || mode.quiet
  const interleave = (write: () => void) => (painter ? painter.interleave(write) : write())
  return {
    interleave,
    note: (sentence) => {
      if (!silent()) interleave(() => place.stream.write(`${sentence}\n`))
    },
    start: (label, total, unit, already = 0) => {
      if (silent()) return { update: () => {}, setTotal: () => {}, end: () => {} }
      const own = place.interactive ? barPainter(place) : linePainter(place)
      painter = own
      return startTask({ label, total, unit, already }, place.now, own, () => {
        if (painter === own) painter = null
      })
    },
  }
}

function startTask(
  { label, total, unit, already }: { label: string; total: number; unit: string; already: number },
  now: () => number,
  painter: Painter,
  onEnd: () => void,
): ProgressTask {
  const startedAt = now()
  let done = already
  let note = ''
  const status = (): Status => ({
    label,
    done,
    total,
    text: describe({ done, total, unit, note, fresh: done - already, elapsedMs: now() - startedAt }),
  })
  return {
    update: (newDone, newNote) => {
      done = newDone
      note = newNote ?? note
      painter.paint(status())
    },
    setTotal: (newTotal) => {
      total = newTotal
    },
    end: () => {
      painter.end(status())
      onEnd()
    },
  }
}

/** "1,200/6,000 images · 410/s · 12 s left · loss 0.01" */
function describe({ done, total, unit, note, fresh, elapsedMs }: Described): string {
  const parts = [`${formatAmount(done)}${total > 0 ? `/${formatAmount(total)}` : ''} ${unit}`]
  if (fresh > 0 && elapsedMs > 0) {
    parts.push(`${formatAmount((fresh / elapsedMs) * 1000)}/s`)
    if (total > done) parts.push(`${formatDuration((elapsedMs / fresh) * (total - done))} left`)
    else parts.push(`in ${formatDuration(elapsedMs)}`)
  }
  if (note) parts.push(note)
  return parts.join(' · ')
}

interface Described {
  done: number
  total: number
  unit: string
  note: string
  /** Of `done`, what this task has done itself, in `elapsedMs`. */
  fresh: number
  elapsedMs: number
}

function barPainter({ stream }: ProgressPlace): Painter {
  const bar = new SingleBar({
    format: '{label} {bar} {percentage}% {text}',
    stream,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    // Its own signal handlers would keep a Ctrl-C from reaching ours.
    gracefulExit: false,
  })
  let started = false
  const paint = ({ label, done, total, text }: Status) => {
    const scale = Math.max(total, 1)
    if (started) bar.setTotal(scale)
    else bar.start(scale, 0, { label, text })
    started = true
    bar.update(total > 0 ? done : 0, { label, text })
  }
  return {
    paint,
    end: (status) => {
      paint(status)
      bar.stop()
    },
    interleave: (write) => {
      clearLine(stream, 0)
      cursorTo(stream, 0)
      write()
    },
  }
}

/** A line at the start, every few seconds, and at the end. */
function linePainter({ stream, now }: ProgressPlace): Painter {
  let lastAt = -Infinity
  const print = ({ label, text }: Status) => stream.write(`${label}: ${text}\n`)
  return {
    paint: (status) => {
      if (now() - lastAt < plainIntervalMs) return
      lastAt = now()
      print(status)
    },
    end: print,
    interleave: (write) => write(),
  }
}
