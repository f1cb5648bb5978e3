// Copies what the page needs of the npm packages into dist, from where the Go binary embeds it.
// The names on the right are the ones package web knows (libraries in site.go).
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const packages = join(here, 'node_modules')
const dist = join(here, 'dist')

const copies = {
  'socket.io-client/dist/socket.io.js': 'socket.io.js',
  'socket.io-client/dist/socket.io.js.map': 'socket.io.js.map',
  'socket.io-client/dist/socket.io.min.js': 'socket.io.min.js',
  'socket.io-client/dist/socket.io.min.js.map': 'socket.io.min.js.map',
  'uplot/dist/uPlot.iife.min.js': 'uplot.js',
  'uplot/dist/uPlot.min.css': 'uplot.css',
}

// The bundles contain parts of every installed package, and each licence asks to travel along.
function licences() {
  const names = readdirSync(packages)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => (name.startsWith('@') ? readdirSync(join(packages, name)).map((sub) => `${name}/${sub}`) : [name]))
  return names.flatMap((name) => {
    const file = ['LICENSE', 'LICENSE.md', 'license.md'].map((f) => join(packages, name, f)).find(existsSync)
    return file ? [`${name}\n\n${readFileSync(file, 'utf8').trim()}\n`] : []
  })
}

mkdirSync(dist, { recursive: true })
for (const [from, to] of Object.entries(copies)) cpSync(join(packages, from), join(dist, to))
writeFileSync(join(dist, 'licences.txt'), licences().join('\n\n'))
