// Counts what happens in each second of the last two minutes.

export const span = 120 // seconds
const maxDelays = 200 // kept of one second

export function median(sorted) {
  return quantile(sorted, 0.5)
}

export function quantile(sorted, q) {
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] : null
}

const ascending = (a, b) => a - b

export class Seconds {
  #buckets = new Map()

  #at(now) {
    const second = Math.floor(now / 1000)
    let bucket = this.#buckets.get(second)
    if (!bucket) {
      bucket = { events: 0, delays: [], trip: null }
      this.#buckets.set(second, bucket)
      for (const old of this.#buckets.keys()) {
        if (old < second - span || old > second) this.#buckets.delete(old) // later: the clock was set back
      }
    }
    return bucket
  }

  event(now) {
    this.#at(now).events++
  }

  delay(now, ms) {
    const { delays } = this.#at(now)
    if (delays.length < maxDelays) delays.push(ms)
  }

  trip(now, ms) {
    this.#at(now).trip = ms
  }

  // Events a second over the last few complete ones: the running second is always too low.
  rate(now, over = 5) {
    const second = Math.floor(now / 1000)
    let events = 0
    for (let s = second - over; s < second; s++) events += this.#buckets.get(s)?.events ?? 0
    return events / over
  }

  recentDelays(now, over = 10) {
    const second = Math.floor(now / 1000)
    const all = []
    for (let s = second - over; s <= second; s++) all.push(...(this.#buckets.get(s)?.delays ?? []))
    return all.sort(ascending)
  }

  // Columns for the charts, one row per complete second, oldest first.
  columns(now) {
    const last = Math.floor(now / 1000) - 1
    const at = Array.from({ length: span }, (_, i) => last - span + 1 + i)
    const rows = at.map((s) => this.#buckets.get(s))
    return {
      at,
      events: rows.map((b) => b?.events ?? 0),
      delays: rows.map((b) => (b ? median([...b.delays].sort(ascending)) : null)),
      trips: rows.map((b) => b?.trip ?? null),
    }
  }
}
