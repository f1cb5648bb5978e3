// Backtests: one row per job, newest on top, with its progress and then its result.
import { byId, count, decimal, element, percent, signed, write } from './show.js'

const kept = 12 // jobs

export class Jobs {
  #list = byId('jobs')
  #rows = new Map()

  progress(job) {
    const row = this.#row(job.id)
    row.state(job.state, job.status)
    row.bar.value = job.progress
    write(row.part, percent(job.progress))
    write(row.detail, job.symbol)
  }

  result(job) {
    const row = this.#row(job.id)
    row.state(job.state, job.status)
    if (job.state === 'completed') row.bar.value = 1
    write(row.part, job.state === 'completed' ? percent(1) : '')
    const figures = [
      ['Win rate', percent(job.winRate)], ['ROI', signed(job.roi)],
      ['Sharpe', decimal(job.sharpe)], ['Drawdown', signed(job.drawdown)],
    ].filter(([, shown]) => shown !== '–')
    row.detail.replaceChildren(...(job.problem ? [job.problem] : figures.map(([name, shown]) =>
      element('span', { class: 'figure' }, `${name} `, element('strong', {}, shown)))))
  }

  #row(id) {
    return this.#rows.get(id) ?? this.#add(id)
  }

  #add(id) {
    const row = {
      status: element('span', { class: 'chip' }),
      part: element('span', { class: 'part' }),
      bar: element('progress', { max: '1', value: '0', 'aria-label': `Progress of ${id}` }),
      detail: element('p', { class: 'detail' }),
      state(state, status) {
        this.item.dataset.state = state
        write(this.status, status)
      },
    }
    row.item = element('li', { 'data-testid': 'job', 'data-job': id, 'data-state': 'running' },
      element('p', { class: 'job-head' }, element('bdi', { class: 'code', title: id }, id), row.status, row.part),
      row.bar, row.detail)
    this.#rows.set(id, row)
    this.#list.prepend(row.item)
    this.#forget()
    byId('jobs-empty').hidden = true
    write(byId('jobs-count'), count(this.#rows.size))
    return row
  }

  // Finished jobs go first, the oldest of them before the others.
  #forget() {
    if (this.#rows.size <= kept) return
    const entries = [...this.#rows]
    const [id, row] = entries.find(([, { item }]) => item.dataset.state !== 'running') ?? entries[0]
    row.item.remove()
    this.#rows.delete(id)
  }
}
