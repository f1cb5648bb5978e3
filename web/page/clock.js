// Measures the round trip with heartbeats and, from the same answers, how far the server's clock
// is from ours. Only then can an event's own timestamp be compared with its arrival.

const kept = 10 // samples; the quickest of them knows the server's clock best
const slack = 25 // ms that producer and server may disagree
const tooOld = 60_000 // ms: a replayed or hand-made event says nothing about latency

export class Clock {
  #sent = null
  #samples = []

  constructor(wall = () => Date.now(), steady = () => performance.now()) {
    this.wall = wall
    this.steady = steady
  }

  // A new connection may lead to another server.
  reset() {
    this.#sent = null
    this.#samples = []
  }

  // Whether a heartbeat may go out now. One at a time: its answer does not say whose it is.
  send() {
    if (this.#sent) return false
    this.#sent = { wall: this.wall(), steady: this.steady() }
    return true
  }

  // The round trip in ms that this answer ends; null if nobody asked.
  answer(serverMillis) {
    if (!this.#sent) return null
    const trip = this.steady() - this.#sent.steady
    if (serverMillis !== null) {
      this.#samples.push({ trip, ahead: serverMillis - (this.#sent.wall + trip / 2) })
      if (this.#samples.length > kept) this.#samples.shift()
    }
    this.#sent = null
    return trip
  }

  // Milliseconds from an event's timestamp to now; null when the clocks do not permit to say.
  since(eventMillis) {
    if (eventMillis === null || this.#samples.length === 0) return null
    const best = this.#samples.reduce((a, b) => (b.trip < a.trip ? b : a))
    const delay = this.wall() + best.ahead - eventMillis
    if (delay < -(best.trip / 2 + slack) || delay > tooOld) return null
    return Math.max(0, delay)
  }
}
