#!/usr/bin/env node
// Says which Node.js is needed, in words that old releases understand too, and starts the command line.
var least = [22, 15]
var current = process.versions.node.split('.').map(Number)
if (current[0] < least[0] || (current[0] === least[0] && current[1] < least[1])) {
  process.stderr.write(
    `Interphone needs Node.js ${least.join('.')} or newer, and this is ${process.versions.node}: https://nodejs.org\n`,
  )
  process.exit(1)
} else {
  // npx passes no signal on: a server that it started notices that it is gone.
  var first = process.argv[2]
  var serves =
    first === undefined ||
    (first[0] === '-' && !/^(-h|--help|-V|--version)$/.test(first)) ||
    /^(serve|api|worker)$/.test(first)
  if (process.env.npm_command === 'exec' && serves) process.argv.push('--stop-with-parent')
  import('../lib/main.js')
}
