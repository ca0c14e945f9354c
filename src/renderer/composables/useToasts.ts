import { shallowRef } from 'vue'

export interface Toast {
  readonly id: number
  readonly kind: 'info' | 'success' | 'error'
  readonly text: string
  readonly action?: { readonly label: string; readonly run: () => void }
}

const toasts = shallowRef<readonly Toast[]>([])
let nextId = 1

/** Short messages at the edge of the window. Errors stay until they are closed. */
export function useToasts() {
  const close = (id: number) => void (toasts.value = toasts.value.filter((toast) => toast.id !== id))
  function show(kind: Toast['kind'], text: string, action?: Toast['action']): number {
    const id = nextId++
    toasts.value = [...toasts.value.filter((toast) => toast.text !== text), { id, kind, text, action }].slice(
      -4,
    )
    if (kind !== 'error') setTimeout(() => close(id), 6000)
    return id
  }
  return { toasts, show, close }
}
