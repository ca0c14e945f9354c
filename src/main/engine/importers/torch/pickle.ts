/**
 * What a pickle of tensors holds: None, booleans, numbers, texts, lists (tuples too), dicts, and what the caller makes of
 * persistent ids and of the functions that it knows. A reader of a language that can call any function of Python, which calls
 * none: https://github.com/python/cpython/blob/main/Lib/pickletools.py lists its operations.
 */
export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Pickled[]
  | Map<Pickled, Pickled>
  | Global
  | { readonly tensor: unknown }

/** The name of a function or class. It stands for itself: nothing looks it up. */
export class Global {
  constructor(readonly name: string) {}
}

/** A dict that is a class's: what its constructor was given, and what was set of it later. */
export interface PickleRules {
  /** @throws Error for a name that is not known */
  global(name: string): Global
  /** What a known function gives. @throws Error */
  call(global: Global, given: readonly Pickled[]): Pickled
  persistent(id: Pickled): Pickled
}

class Mark {}
const mark = new Mark()

/** More values than any file of tensors has. */
const mostValues = 20_000_000

/**
 * Reads the pickle that begins at `start`.
 * @returns what it holds, and where it ends
 * @throws Error where it is none, or asks for what the rules do not know
 */
export function readPickle(
  bytes: Uint8Array,
  start: number,
  rules: PickleRules,
): { value: Pickled; end: number } {
  const reader = new PickleReader(bytes, start, rules)
  const value = reader.read()
  return { value, end: reader.at }
}

class PickleReader {
  private readonly stack: (Pickled | Mark)[] = []
  private readonly memo = new Map<number, Pickled>()
  private readonly view: DataView

  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
    private readonly rules: PickleRules,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  read(): Pickled {
    for (let count = 0; count < mostValues; count++) {
      const code = this.view.getUint8(this.at++)
      if (code === 0x2e) return this.pop()
      if (!this.isPlain(code) && !this.isContainer(code) && !this.isCall(code))
        throw new Error(`its operation ${code} is none that files of tensors have`)
    }
    throw new Error('it holds more values than any file of tensors')
  }

  /** Numbers, texts, and what is kept for later. */
  private isPlain(code: number): boolean {
    const push = (value: Pickled) => {
      this.stack.push(value)
      return true
    }
    switch (String.fromCharCode(code)) {
      case '\x80': // PROTO
        this.at += 1
        return true
      case '\x95': // FRAME
        this.at += 8
        return true
      case 'N':
        return push(null)
      case '\x88':
        return push(true)
      case '\x89':
        return push(false)
      case 'J':
        return push(this.number(4, () => this.view.getInt32(this.at, true)))
      case 'K':
        return push(this.number(1, () => this.view.getUint8(this.at)))
      case 'M':
        return push(this.number(2, () => this.view.getUint16(this.at, true)))
      case 'G':
        return push(this.number(8, () => this.view.getFloat64(this.at)))
      case '\x8a':
        return push(integer(this.chunk(this.length(1))))
      case 'X':
        return push(utf8(this.chunk(this.length(4))))
      case '\x8c':
        return push(utf8(this.chunk(this.length(1))))
      case 'T':
        return push(latin(this.chunk(this.length(4))))
      case 'U':
        return push(latin(this.chunk(this.length(1))))
      case 'B':
        return push(this.chunk(this.length(4)))
      case 'C':
        return push(this.chunk(this.length(1)))
      default:
        return this.isKept(code)
    }
  }

  private isKept(code: number): boolean {
    switch (String.fromCharCode(code)) {
      case 'q':
        return this.put(this.length(1))
      case 'r':
        return this.put(this.length(4))
      case '\x94':
        return this.put(this.memo.size)
      case 'h':
        return this.get(this.length(1))
      case 'j':
        return this.get(this.length(4))
      case '0':
        this.stack.pop()
        return true
      case '2':
        this.stack.push(this.top())
        return true
      default:
        return false
    }
  }

  private isContainer(code: number): boolean {
    const { stack } = this
    switch (String.fromCharCode(code)) {
      case '(':
        stack.push(mark)
        return true
      case ')':
      case ']':
        stack.push([])
        return true
      case '}':
        stack.push(new Map())
        return true
      case 't':
      case 'l':
        stack.push(this.toMark())
        return true
      case '\x85':
      case '\x86':
      case '\x87': {
        const items = Array.from({ length: code - 0x84 }, () => this.pop())
        stack.push(items.reverse())
        return true
      }
      case 'd':
        stack.push(dictOf(this.toMark()))
        return true
      case 'a':
        return this.append([this.pop()])
      case 'e':
        return this.append(this.toMark())
      case 's': {
        const [value, key] = [this.pop(), this.pop()]
        return this.set([key, value])
      }
      case 'u':
        return this.set(this.toMark())
      default:
        return false
    }
  }

  private isCall(code: number): boolean {
    const { stack, rules } = this
    switch (String.fromCharCode(code)) {
      case 'c':
        stack.push(rules.global(`${this.line()}.${this.line()}`))
        return true
      case '\x93': {
        const [name, module] = [this.pop(), this.pop()]
        stack.push(rules.global(`${String(module)}.${String(name)}`))
        return true
      }
      case 'R':
      case '\x81': {
        const [given, global] = [this.pop(), this.pop()]
        if (!(global instanceof Global) || !Array.isArray(given))
          throw new Error('it calls what is no function')
        stack.push(rules.call(global, given))
        return true
      }
      case 'b':
        // What is set of an object beside its items: of a state_dict the versions of its layers.
        this.pop()
        return true
      case 'Q':
        stack.push(rules.persistent(this.pop()))
        return true
      default:
        return false
    }
  }

  private number(size: number, read: () => number): number {
    const value = read()
    this.at += size
    return value
  }

  private length(size: 1 | 4): number {
    return this.number(size, () =>
      size === 1 ? this.view.getUint8(this.at) : this.view.getUint32(this.at, true),
    )
  }

  private chunk(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) throw new Error('it ends within a text')
    const chunk = this.bytes.subarray(this.at, this.at + length)
    this.at += length
    return chunk
  }

  private line(): string {
    const end = this.bytes.indexOf(10, this.at)
    if (end < 0) throw new Error('it ends within a name')
    const text = latin(this.bytes.subarray(this.at, end))
    this.at = end + 1
    return text
  }

  private put(index: number): true {
    this.memo.set(index, this.top())
    return true
  }

  private get(index: number): true {
    if (!this.memo.has(index)) throw new Error('it repeats what is not there')
    this.stack.push(this.memo.get(index)!)
    return true
  }

  private top(): Pickled {
    const value = this.stack.at(-1)
    if (value === undefined || value instanceof Mark) throw new Error('a value is missing in it')
    return value
  }

  private pop(): Pickled {
    const value = this.top()
    this.stack.pop()
    return value
  }

  private toMark(): Pickled[] {
    const at = this.stack.lastIndexOf(mark)
    if (at < 0) throw new Error('the beginning of a list is missing in it')
    return this.stack.splice(at).slice(1) as Pickled[]
  }

  private append(items: readonly Pickled[]): true {
    const list = this.top()
    if (!Array.isArray(list)) throw new Error('it adds to what is no list')
    for (const item of items) list.push(item)
    return true
  }

  private set(items: readonly Pickled[]): true {
    const dict = this.top()
    // Of a set, or of an object that is not looked at, nothing is kept.
    if (!(dict instanceof Map)) throw new Error('it sets what is no dict')
    for (const [key, value] of dictOf(items)) dict.set(key, value)
    return true
  }
}

function dictOf(items: readonly Pickled[]): Map<Pickled, Pickled> {
  const dict = new Map<Pickled, Pickled>()
  for (let i = 0; i + 1 < items.length; i += 2) dict.set(items[i]!, items[i + 1]!)
  return dict
}

/** Two's complement, the lowest byte first. */
function integer(bytes: Uint8Array): number | bigint {
  const value = bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
  const signed = bytes.length > 0 && bytes.at(-1)! >= 128 ? value - (1n << BigInt(8 * bytes.length)) : value
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed
}

const utf8 = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8')
const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
