import { Notification } from 'electron'

/** A notification that is collected as garbage hears no click, so each is kept until it goes. */
const shown = new Set<Notification>()

/** A word from the system, where it has notifications. */
export function notify(words: { title: string; body: string }, onClick: () => void): void {
  if (!Notification.isSupported()) return
  const notification = new Notification(words)
  shown.add(notification)
  notification.on('click', onClick)
  notification.on('close', () => {
    shown.delete(notification)
  })
  notification.show()
}
