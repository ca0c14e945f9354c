import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { isTaken } from '../../../shared/freeName'

/** @throws ExpectedError when another entry of that kind is called so */
export function refuseTaken(
  kind: 'dataset' | 'run' | 'model',
  id: string,
  name: string,
  entries: readonly { readonly id: string; readonly name: string }[],
): void {
  const others = entries.filter((entry) => entry.id !== id).map((entry) => entry.name)
  if (!isTaken(name, others)) return
  throw new ExpectedError('bad-input', sentence('library.calledAlreadyChooseAnother', { kind, name }))
}
