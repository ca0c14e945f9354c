import type { ImportHints } from '../../../shared/importing'

/** Sentences on activations that a file does not say and that nobody has said. */
export function assumedNotes(
  { hidden, output }: Readonly<Record<'hidden' | 'output', boolean>>,
  hints: ImportHints,
): readonly string[] {
  return [
    ...(hidden && !hints.hidden
      ? ['The file does not say which activations all layers have: assumed relu. Say so if they have others.']
      : []),
    ...(output && !hints.output ? ['Assumed sigmoid for the output. Say so if it has another.'] : []),
  ]
}
