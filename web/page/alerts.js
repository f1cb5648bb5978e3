// The list of alerts: newest first, bounded, drawn a few times a second however many arrive.
import { byId, change, count, element, percent, price, time, write } from './show.js'

const kept = 200 // rows
const pace = 150 // ms between two drawings
const calm = 12 // rows at once that may still be highlighted one by one

const cell = (name, ...children) => element('td', { role: 'cell', 'data-cell': name }, ...children)

function row(alert) {
  const { pattern, symbol, tier, confidence, price: paid, change: moved, at } = alert
  const made = element('tr', { role: 'row', 'data-testid': 'alert', 'data-pattern': pattern, 'data-symbol': symbol, 'data-tier': tier })
  const when = element('time', at ? { datetime: new Date(at).toISOString() } : {}, time(at))
  const bar = element('span', { class: 'bar', 'aria-hidden': 'true' })
  bar.style.setProperty('--part', confidence ?? 0)
  made.append(
    cell('time', when),
    cell('symbol', symbol),
    cell('pattern', element('bdi', {}, pattern)),
    cell('tier', ...(tier ? [element('span', { class: 'chip', 'data-tier': tier.toLowerCase() }, tier)] : []),
      ...(alert.missed ? [element('span', { class: 'chip missed' }, 'missed')] : [])),
    cell('confidence', bar, element('span', {}, percent(confidence))),
    cell('price', element('span', {}, price(paid)),
      ...(moved ? [element('span', { class: moved > 0 ? 'up' : 'down' }, change(moved))] : [])),
  )
  return made
}

export class Alerts {
  #body = byId('alerts')
  #empty = byId('alerts-empty')
  #pause = byId('pause')
  #waiting = []
  #heldBack = 0
  #total = 0
  #timer = null
  #drawn = 0

  constructor(say) {
    this.say = say
    this.#pause.addEventListener('click', () => this.#toggle())
  }

  get #paused() {
    return this.#pause.getAttribute('aria-pressed') === 'true'
  }

  add(alert) {
    this.#total++
    this.#heldBack++
    this.#waiting.push(alert)
    if (this.#waiting.length > kept) this.#waiting.shift()
    const wait = Math.max(0, this.#drawn + pace - performance.now())
    this.#timer ??= setTimeout(() => this.#draw(), wait)
  }

  // Hides what arrived before the filter; what arrives after it is the server's word and always shown.
  narrow(patterns) {
    for (const shown of this.#body.rows) {
      shown.hidden = patterns.length > 0 && !patterns.includes(shown.dataset.pattern)
    }
    write(this.#empty, patterns.length ? 'No alert of these patterns yet.' : 'No alert yet. Each one appears here the moment it is published.')
    this.#showEmpty()
  }

  #toggle() {
    this.#pause.setAttribute('aria-pressed', String(!this.#paused))
    this.#draw()
  }

  #draw() {
    clearTimeout(this.#timer)
    this.#timer = null
    this.#drawn = performance.now()
    write(byId('count-alerts'), count(this.#total))
    write(this.#pause, this.#paused ? `Resume (${count(this.#heldBack)} new)` : 'Pause')
    if (this.#paused || this.#waiting.length === 0) return

    const rows = this.#waiting.map(row).reverse()
    if (rows.length <= calm) rows.forEach((fresh) => fresh.classList.add('fresh'))
    this.#body.prepend(...rows)
    while (this.#body.rows.length > kept) this.#body.lastElementChild.remove()
    this.#speak(this.#waiting.at(-1))
    this.#waiting = []
    this.#heldBack = 0
    this.#showEmpty()
  }

  #showEmpty() {
    this.#empty.hidden = this.#body.querySelector('tr:not([hidden])') !== null
  }

  #speak({ pattern, symbol, confidence }) {
    const sure = confidence === null ? '' : `, ${percent(confidence)}`
    this.say(`${count(this.#total)} alerts, newest: ${pattern} on ${symbol}${sure}`)
  }
}
