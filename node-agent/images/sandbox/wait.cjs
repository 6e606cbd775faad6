// Loaded before a program that is not there yet, so that Node has done by then what every program makes it do: open its streams,
// format a line, compile a module. Nothing of it is left for the program to see.
const Module = require('node:module');
const { formatWithOptions } = require('node:util');

process.stdout.write('');
process.stderr.write('');
formatWithOptions({}, '%s', { a: [1, 'b'] });
const trial = new Module('/usr/lib/watt/trial.js', null);
trial.filename = '/usr/lib/watt/trial.js';
trial.paths = [];
trial._compile('module.exports = 1;', trial.filename);

delete require.cache[__filename];
process.execArgv.length = 0;
