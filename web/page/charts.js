// Two small charts of the last two minutes. Without the chart library the page lives on without them.
import { byId, latency, rate, time, write } from './show.js'

const height = 128
const colour = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const axis = (more) => ({
  stroke: colour('--muted'), font: '11px system-ui, sans-serif', ticks: { show: false },
  grid: { stroke: colour('--line'), width: 1 }, ...more,
})

const whole = [1, 2, 5].flatMap((n) => [n, n * 10, n * 100, n * 1e3, n * 1e4, n * 1e5]).sort((a, b) => a - b)

function options(width, series, atLeast) {
  return {
    width,
    height,
    padding: [8, 6, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'seconds' }, points: { size: 6 } },
    scales: { x: { range: (_, from, to) => [from - 0.5, to + 0.5] }, y: { range: (_, __, max) => [0, Math.max(atLeast, (max ?? 0) * 1.15)] } },
    axes: [
      axis({ space: 70, size: 26, values: (_, at) => at.map((s) => time(s * 1000).slice(0, 5)), incrs: [60, 120], grid: { show: false } }),
      axis({ space: 30, size: 44, incrs: whole }),
    ],
    series: [{}, ...series],
  }
}

class Chart {
  // read turns the values at one moment into words, for the head of the panel.
  constructor(Plot, id, series, atLeast, read) {
    const box = byId(id)
    this.reading = byId(`${id}-reading`)
    this.read = read
    const setCursor = [(plot) => this.#say(plot)]
    this.plot = new Plot({ ...options(box.clientWidth || 300, series(Plot), atLeast), hooks: { setCursor } }, [[], ...series(Plot).map(() => [])], box)
    new ResizeObserver(() => this.plot.setSize({ width: box.clientWidth, height })).observe(box)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.plot.redraw())
  }

  draw(columns) {
    this.plot.setData(columns)
    this.#say(this.plot)
  }

  #say({ data, cursor }) {
    const i = cursor.idx
    if (i === null || i === undefined || !data[0].length) return write(this.reading, 'last 2 min')
    write(this.reading, `${time(data[0][i] * 1000)}  ${this.read(data.slice(1).map((values) => values[i]))}`)
  }
}

const line = (name, more) => ({ stroke: colour(name), width: 2, spanGaps: true, points: { show: false }, ...more })

export class Charts {
  constructor(Plot) {
    if (!Plot) return
    const bars = (P) => [line('--accent', { width: 0, fill: colour('--accent'), paths: P.paths.bars({ size: [0.75, 14] }) })]
    const lines = () => [line('--delivery'), line('--trip', { dash: [5, 4] })]
    this.rate = new Chart(Plot, 'chart-rate', bars, 4, ([n]) => `${rate(n ?? 0)} events`)
    this.latency = new Chart(Plot, 'chart-latency', lines, 5, ([d, t]) =>
      [d === null ? '' : `delivery ${latency(d)}`, t === null ? '' : `round trip ${latency(t)}`].join('  ').trim())
  }

  draw({ at, events, delays, trips }) {
    this.rate?.draw([at, events])
    this.latency?.draw([at, delays, trips])
  }
}
