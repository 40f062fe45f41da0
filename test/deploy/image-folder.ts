import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { run } from '../support/child.ts';
import { type Instruction, readDockerfile, type Stage } from './dockerfile.ts';
import { root } from './production-copy.ts';

/** Where the image has its files, and where the folders are that stand for it here. */
const workDir = '/app';

/** Does what the build stage of the Dockerfile does, from `context` into `folder`; `say` hears each command that is run. */
export async function runBuildStage(context: string, folder: string, say: (text: string) => void): Promise<void> {
  for (const { word, value } of stageOf('build').instructions) {
    if (word === 'COPY') copy(String(value), context, folder);
    if (word !== 'RUN') continue;
    const { code, output, errors } = await run('sh', ['-c', String(value)], { cwd: folder });
    if (code !== 0) throw new Error(`RUN ${value}: ${code}\n${output}${errors}`);
    say(`RUN ${value}`);
  }
}

/** Makes the folder that the image has in the end, from the one that stands for the build stage. */
export function copyFinalStage(built: string, folder: string): void {
  for (const { value } of copies(finalStage())) {
    const [, rest = ''] = /^--from=build (.*)$/.exec(String(value)) ?? [];
    copy(rest.replaceAll(`${workDir}/`, ''), built, folder);
  }
}

/** The stage that the image is made of. */
export function finalStage(): Stage {
  const stage = readDockerfile().at(-1);
  if (!stage) throw new Error('The Dockerfile has no stage');
  return stage;
}

/** Takes out of a copy of the project what .dockerignore keeps from Docker. */
export function removeIgnored(context: string): void {
  for (const name of ignoredNames()) rmSync(path.join(context, name), { recursive: true, force: true });
}

/** The paths in .dockerignore; it has no patterns. */
export function ignoredNames(): string[] {
  const lines = readFileSync(path.join(root, '.dockerignore'), 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

function stageOf(name: string): Stage {
  const stage = readDockerfile().find((one) => one.name === name);
  if (!stage) throw new Error(`The Dockerfile has no stage ${name}`);
  return stage;
}

function copies(stage: Stage): Instruction[] {
  return stage.instructions.filter(({ word }) => word === 'COPY');
}

// As Docker does it: of a folder its content, of a file the file itself, below what ends in a slash.
function copy(text: string, from: string, to: string): void {
  const parts = text.split(/\s+/);
  const target = path.join(to, parts.pop() ?? '.');
  for (const part of parts) {
    const source = path.join(from, part);
    if (!existsSync(source)) throw new Error(`COPY ${part}: it is not there`);
    const place = text.endsWith('/') ? path.join(target, path.basename(part)) : target;
    mkdirSync(path.dirname(place), { recursive: true });
    cpSync(source, place, { recursive: true, verbatimSymlinks: true });
  }
}
