// How numbers, times and elements are made. Texts from events enter the page through here only,
// as text: never as markup.

export const byId = (id) => document.getElementById(id)

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

// Writes only what changed: a second of silence costs no layout, and a screen reader no word.
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text
}

const formats = {
  count: new Intl.NumberFormat(),
  rate: new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 }),
  price: new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  penny: new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumSignificantDigits: 4 }),
  percent: new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 }),
  signed: new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' }),
  change: new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: 'exceptZero' }),
  time: new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
}

const or = (v, show) => (v === null || v === undefined ? '–' : show(v))

export const count = (n) => formats.count.format(n)
export const rate = (n) => (n < 10 ? formats.rate : formats.count).format(n < 10 ? n : Math.round(n))
export const price = (n) => or(n, (v) => (Math.abs(v) < 1 ? formats.penny : formats.price).format(v))
export const percent = (n) => or(n, (v) => formats.percent.format(v))
export const signed = (n) => or(n, (v) => formats.signed.format(v))
export const change = (n) => or(n, (v) => `${formats.change.format(v)}\u00a0%`)
export const decimal = (n) => or(n, (v) => formats.price.format(v))
export const time = (ms) => or(ms, (v) => formats.time.format(v))

export const latency = (ms) => or(ms, (v) => {
  if (v >= 1000) return `${formats.rate.format(v / 1000)}\u00a0s`
  return `${v < 10 ? formats.rate.format(v) : Math.round(v)}\u00a0ms`
})

const quiet = 4000 // ms between two spoken sentences: a burst of alerts must not talk for minutes

// Speaks through a polite live region: the newest sentence, at most one per quiet time.
export function announcer(node) {
  let waiting = null
  let timer = null
  const speak = () => {
    timer = null
    if (waiting === null) return
    write(node, waiting)
    waiting = null
    timer = setTimeout(speak, quiet)
  }
  return (sentence) => {
    waiting = sentence
    if (timer === null) timer = setTimeout(speak, 100)
  }
}
