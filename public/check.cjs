'use strict';
// The Vue type checker drives the compiler's programming interface, which TypeScript 7 does not have: it gets a 6 beside it.
process.argv.push('--noEmit', '-p', __dirname);
require('vue-tsc').run(require.resolve('typescript-6/lib/tsc.js'));
