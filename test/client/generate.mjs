// Reads an OpenAPI description from stdin and prints its types. The generator drives the compiler's programming interface, which
// TypeScript 7 does not have: it gets a 6 in its place.
import { register } from 'node:module';
import { text } from 'node:stream/consumers';

const hook = `export const resolve = (name, context, next) => next(name === 'typescript' ? 'typescript-6' : name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`, import.meta.url);
const { astToString, default: generate } = await import('openapi-typescript');
process.stdout.write(astToString(await generate(JSON.parse(await text(process.stdin)))));
