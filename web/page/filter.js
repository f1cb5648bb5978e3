// The filter box: asks the server for some patterns only, and shows what the server confirmed.
import { text } from './read.js'
import { byId, element, write } from './show.js'

const maxNames = 60 // offered while typing

// Names between commas; a name that holds a comma stands in double quotes.
export function parse(typed) {
  const names = [...typed.matchAll(/"([^"]*)"|[^,"]+/g)].map(([whole, quoted]) => (quoted ?? whole).trim())
  return [...new Set(names.filter((name) => name !== ''))]
}

export const print = (names) => names.map((name) => (name.includes(',') ? `"${name}"` : name)).join(', ')

export class Filter {
  #form = byId('filter')
  #input = byId('filter-input')
  #shown = byId('filter-confirmed')
  #seen = new Set()
  #wanted = []
  #confirmed = []
  #unanswered = 0

  // ask sends the wanted names and answers whether it could; changed hears the confirmed ones.
  constructor(ask, changed) {
    this.ask = ask
    this.changed = changed
    this.#form.addEventListener('submit', (submit) => {
      submit.preventDefault()
      this.#want(parse(this.#input.value))
    })
    byId('filter-clear').addEventListener('click', () => this.#want([]))
    this.#input.addEventListener('input', () => this.#offer())
    this.#show('all')
  }

  // A new socket hears all patterns until it asks again.
  connected() {
    this.#unanswered = 0
    if (this.#wanted.length) this.#want(this.#wanted)
    else this.#settle([])
  }

  confirmed(patterns) {
    if (!Array.isArray(patterns)) return
    const names = patterns.filter((name) => typeof name === 'string')
    if (--this.#unanswered <= 0) this.#settle(names) // else the answer to the newest question follows
  }

  refused() {
    if (this.#unanswered === 0 || --this.#unanswered > 0) return
    this.#wanted = this.#confirmed
    this.#show('refused')
  }

  saw(pattern) {
    if (this.#seen.size >= maxNames || this.#seen.has(pattern)) return
    this.#seen.add(pattern)
    this.#offer()
  }

  #want(names) {
    this.#wanted = names
    this.#input.value = print(names)
    if (this.ask(names)) this.#unanswered++
    this.#show('pending')
  }

  #settle(names) {
    this.#unanswered = 0
    this.#confirmed = names
    this.#show(names.length ? 'confirmed' : 'all')
    this.changed(names)
  }

  // Completes the last name of the list; a datalist alone would replace the whole of it.
  #offer() {
    const before = this.#input.value.replace(/[^,]*$/, '').trim()
    const names = [...this.#seen].filter((name) => !name.includes(',')).sort()
    byId('filter-names').replaceChildren(...names.map((name) => element('option', { value: before ? `${before} ${name}` : name })))
  }

  #show(state) {
    this.#form.dataset.state = state
    this.#shown.dataset.patterns = JSON.stringify(this.#confirmed)
    if (state === 'pending') return write(this.#shown, 'Waiting for the server to confirm …')
    if (state === 'refused') return write(this.#shown, 'The server refused this filter; the one before still holds.')
    if (state === 'all') return write(this.#shown, 'Showing all patterns.')
    this.#shown.replaceChildren('Only ', ...this.#confirmed.map((name) => this.#chip(name)))
  }

  #chip(name) {
    const label = text(name, 60)
    const off = element('button', { type: 'button', class: 'chip-off', 'aria-label': `Remove ${label} from the filter` }, '✕')
    off.addEventListener('click', () => {
      this.#input.focus()
      this.#want(this.#wanted.filter((other) => other !== name))
    })
    return element('span', { class: 'chip', 'data-testid': 'filter-chip' }, element('bdi', {}, label), off)
  }
}
