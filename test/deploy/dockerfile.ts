import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './production-copy.ts';

export interface Instruction {
  word: string;
  /** What follows it; a list where the file has one in brackets. */
  value: string | string[];
}

export interface Stage {
  from: string;
  /** How later stages call it. */
  name: string | null;
  instructions: Instruction[];
}

/** Reads the Dockerfile: its stages and what each does, in order. */
export function readDockerfile(): Stage[] {
  const text = readFileSync(path.join(root, 'config/deploy/Dockerfile'), 'utf8');
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (word === 'FROM') {
      const [from = '', , name = null] = rest.split(/\s+/);
      stages.push({ from, name, instructions: [] });
    } else stages.at(-1)?.instructions.push({ word, value: readValue(rest) });
  }
  return stages;
}

/** The values of one kind of instruction, in their order. */
export function valuesOf(stage: Stage, word: string): (string | string[])[] {
  return stage.instructions.filter((one) => one.word === word).map(({ value }) => value);
}

/** The environment that a stage sets. */
export function environmentOf(stage: Stage): Record<string, string> {
  return Object.fromEntries(valuesOf(stage, 'ENV').map((value) => String(value).split('=', 2)));
}

/** What the health check runs: its flags are Docker's. */
export function healthCheckOf(stage: Stage): string[] {
  const [value] = valuesOf(stage, 'HEALTHCHECK');
  return JSON.parse(String(value).replace(/^.*?CMD /, '')) as string[];
}

function readValue(text: string): string | string[] {
  return text.startsWith('[') ? (JSON.parse(text) as string[]) : text;
}
