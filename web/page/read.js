// Reads values out of events that anybody may have published: nothing here throws, and
// every text is cut to a length that a page can show.

export const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v)

export const object = (v) => (isObject(v) ? v : {})

// The first that says anything.
export const first = (...values) => values.find((v) => v !== null && v !== undefined && v !== '')

const most = 1e12 // of anything on show; three hundred digits would break the page

// A number to show, also out of a text such as "0.85"; null for everything else.
export function number(v) {
  if (typeof v === 'string' && v.trim() !== '') v = Number(v)
  return typeof v === 'number' && Math.abs(v) <= most ? v : null
}

export function text(v, max = 120) {
  if (typeof v === 'number' || typeof v === 'boolean') v = String(v)
  if (typeof v !== 'string') return ''
  if (v.length <= max) return v
  // Twice the length before the split into characters: a megabyte must not become a million strings.
  return Array.from(v.slice(0, 2 * max)).slice(0, max - 1).join('') + '…'
}

const lastMoment = 8.64e15 // of a Date, in ms

// Milliseconds out of epoch seconds, epoch milliseconds or an ISO text; null if it is no moment.
export function millis(v) {
  const n = typeof v === 'string' && v.trim() !== '' ? Number(v) : v
  const ms = typeof n !== 'number' ? NaN : Number.isNaN(n) ? Date.parse(v) : n < 1e11 ? n * 1000 : n
  return ms > 0 && ms < lastMoment ? ms : null
}

// 0..1 out of a fraction, or out of a percentage; null if it is neither. A little above 1 is a
// fraction whose sum was rounded up, and must not turn from all into one per cent.
export function fraction(v) {
  const n = number(v)
  if (n === null || n < 0 || n > 100) return null
  if (n <= 1) return n
  return n < 2 ? 1 : n / 100
}
