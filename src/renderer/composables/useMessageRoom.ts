import { useElementBounding } from '@vueuse/core'
import { type Ref, shallowRef, watchEffect } from 'vue'

/** The free space of the side bar, in pixels of the window. */
export interface MessageRoom {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

const leastWidth = 160
const leastHeight = 150

/** Null where it is too small for messages. */
const room = shallowRef<MessageRoom | null>(null)

/** Where messages cover nothing: the side bar says how much of it is free, the messages go there. */
export function useMessageRoom() {
  /** @param element grows into what the side bar leaves free */
  function offer(element: Ref<HTMLElement | null>): void {
    const { left, top, width, height } = useElementBounding(element)
    watchEffect(() => {
      const free = { left: left.value, top: top.value, width: width.value, height: height.value }
      room.value = free.width < leastWidth || free.height < leastHeight ? null : free
    })
  }
  return { offer, room }
}
