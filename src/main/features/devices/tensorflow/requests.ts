import { CancelledError, ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'

/** How the index and its files are asked. */
export interface Requests {
  /** Electron's own follows the system's proxy. */
  readonly fetch: typeof fetch
  readonly signal: AbortSignal
  /** Before the second attempt; before each further one it is longer by as much. */
  readonly retryMs: number
}

/** A request that may succeed when it is made again; `asExpected` says what to tell when it has failed too often. */
export class FailedRequest extends Error {
  constructor(
    readonly asExpected: ExpectedError,
    options?: ErrorOptions,
  ) {
    super(asExpected.message, options)
  }
}

const attempts = 4
/** A connection over which nothing came for so long is broken. */
export const silenceMs = 60_000

/**
 * Makes a request until it succeeds, and gives up after some attempts of which none `advanced`.
 * @throws ExpectedError `not-found` where nobody answers, what `request` throws otherwise; CancelledError
 */
export async function retried<T>(
  { signal, retryMs }: Requests,
  request: () => Promise<T>,
  advanced: () => boolean = () => false,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    throwIfCancelled(signal)
    try {
      return await request()
    } catch (error) {
      throwIfCancelled(signal)
      if (!(error instanceof FailedRequest)) throw error
      if (advanced()) failures = 1
      if (failures >= attempts) throw error.asExpected
      await pause(retryMs * failures, signal)
    }
  }
}

/** The answer to one request, whose status is 200, or 206 for a part. @throws FailedRequest; ExpectedError */
export async function answerOf(
  { fetch }: Requests,
  url: URL,
  init: { headers?: Record<string, string>; signal: AbortSignal },
): Promise<Response> {
  requireSecure(url)
  const { host } = url
  let response: Response
  try {
    response = await fetch(url, init)
  } catch (error) {
    throw new FailedRequest(new ExpectedError('not-found', sentence('devices.indexNotReached', { host })), {
      cause: error,
    })
  }
  const { status } = response
  if (status === 200 || status === 206 || status === 416) return response
  await response.body?.cancel()
  if (status >= 500 || status === 429 || status === 408)
    throw new FailedRequest(new ExpectedError('not-found', sentence('devices.indexFails', { host, status })))
  throw new ExpectedError('not-found', sentence('devices.indexRefuses', { url: url.href, status }))
}

/** A connection that ended before all had come. */
export const brokeOff = (url: URL, cause?: unknown) =>
  new FailedRequest(new ExpectedError('not-found', sentence('devices.downloadBroke', { host: url.host })), {
    cause,
  })

/** What comes is loaded and run: nobody on the way may change the list of checksums. */
export function requireSecure(url: URL): void {
  const isOwn = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isOwn)) return
  throw new ExpectedError('bad-input', sentence('devices.indexNotSecure', { url: url.href }))
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError(sentence('devices.setupCancelled'))
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
