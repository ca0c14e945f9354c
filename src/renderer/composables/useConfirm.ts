import { shallowRef } from 'vue'

export interface Question {
  readonly title: string
  readonly text: string
  /** What the button says: the verb, such as Remove. */
  readonly confirm: string
  readonly danger?: boolean
}

const asked = shallowRef<(Question & { readonly answer: (yes: boolean) => void }) | null>(null)

/** Asks before something that cannot be taken back. The shell shows the box. */
export function useConfirm() {
  function ask(question: Question): Promise<boolean> {
    asked.value?.answer(false)
    return new Promise((resolve) => {
      const answer = (yes: boolean) => {
        asked.value = null
        resolve(yes)
      }
      asked.value = { ...question, answer }
    })
  }
  return { asked, ask }
}
