import { shallowRef } from 'vue'

export interface Toast {
  readonly id: number
  readonly kind: 'info' | 'success' | 'error'
  readonly text: string
  readonly action?: { readonly label: string; readonly run: () => void }
  readonly options: ToastOptions
}

export interface ToastOptions {
  /** What it is about: `closeCause` closes it when that is mended. */
  readonly cause?: unknown
  /** Concerns the screen that is shown, and goes with it. */
  readonly isOfScreen?: boolean
  /** How long it stays, not counted while it is hovered or focused. Errors stay until they are closed, unless this is set. */
  readonly lifetimeMs?: number
  /** Called once when it goes without its action: by time, closed by the person, or pushed out by newer ones. */
  readonly onGone?: () => void
}

const mostToasts = 3
const usualLifetimeMs = 6000

const toasts = shallowRef<readonly Toast[]>([])
let nextId = 1
let isHeld = false
/** Of each toast that goes by itself: what is left of its time, and since when that runs; not at all while it is held. */
const clocks = new Map<number, Clock>()
interface Clock {
  leftMs: number
  running: { readonly since: number; readonly timer: ReturnType<typeof setTimeout> } | null
}

function start(id: number, clock: Clock): void {
  clock.running = { since: Date.now(), timer: setTimeout(() => close(id), clock.leftMs) }
}

function halt(clock: Clock): void {
  if (!clock.running) return
  clearTimeout(clock.running.timer)
  clock.leftMs = Math.max(0, clock.leftMs - (Date.now() - clock.running.since))
  clock.running = null
}

function drop(gone: readonly Toast[]): void {
  if (gone.length === 0) return
  toasts.value = toasts.value.filter((toast) => !gone.includes(toast))
  for (const { id } of gone) {
    clearTimeout(clocks.get(id)?.running?.timer)
    clocks.delete(id)
  }
}

/** Without what its action does. */
function close(id: number): void {
  const gone = toasts.value.filter((toast) => toast.id === id)
  drop(gone)
  for (const { options } of gone) options.onGone?.()
}

function closeWhere(isGone: (toast: Toast) => boolean): void {
  for (const { id } of toasts.value.filter(isGone)) close(id)
}

function show(
  kind: Toast['kind'],
  text: string,
  action?: Toast['action'],
  options: ToastOptions = {},
): number {
  const id = nextId++
  // One that says the same again replaces the one before; what can be undone is another thing each time.
  closeWhere((toast) => toast.text === text && !toast.options.onGone)
  toasts.value = [...toasts.value, { id, kind, text, action, options }]
  while (toasts.value.length > mostToasts)
    close((toasts.value.find((toast) => !toast.options.onGone && toast.id !== id) ?? toasts.value[0]!).id)
  const lifetimeMs = options.lifetimeMs ?? (kind === 'error' ? null : usualLifetimeMs)
  if (lifetimeMs !== null) {
    const clock: Clock = { leftMs: lifetimeMs, running: null }
    clocks.set(id, clock)
    if (!isHeld) start(id, clock)
  }
  return id
}

/** Performs its action, once, and closes it. */
function act(id: number): void {
  const toast = toasts.value.find((one) => one.id === id)
  if (!toast?.action) return
  drop([toast])
  toast.action.run()
}

/** No time passes for any of them while the person looks at one. */
function setHeld(held: boolean): void {
  if (held === isHeld) return
  isHeld = held
  for (const [id, clock] of clocks) {
    if (held) halt(clock)
    else start(id, clock)
  }
}

/** Short messages at the edge of the window, at most three. Errors stay until they are closed or their cause is mended. */
export function useToasts() {
  const closeCause = (cause: unknown) => closeWhere((toast) => toast.options.cause === cause)
  /** Another screen is shown. */
  const leaveScreen = () => closeWhere((toast) => toast.options.isOfScreen === true)
  return { toasts, show, close, act, closeCause, leaveScreen, setHeld }
}
