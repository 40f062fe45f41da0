import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Import {
  /** Path from the project's root for own files, the specifier as it stands for packages. */
  target: string;
  isOwn: boolean;
  /** Erased by the compiler: it brings nothing at run time. */
  isType: boolean;
}

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  path: string;
  text: string;
  /** The text without comments. */
  code: string;
  imports: Import[];
}

const extensions = /\.(ts|js|css|html|cjs|mjs)$/;

/** The source files below a folder, which may be absent. */
export function sourceFiles(folder: string): SourceFile[] {
  let names: string[];
  try {
    names = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  return (
    names
      // The kit's build writes its own sources below the pages.
      .filter((name) => extensions.test(name) && !/(^|[\\/])node_modules[\\/]/.test(name))
      .sort()
      .map((name) => read(path.posix.join(folder, name.replaceAll('\\', '/'))))
  );
}

function read(file: string): SourceFile {
  const text = readFileSync(path.join(root, file), 'utf8');
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
  return { path: file, text, code, imports: importsOf(file, code) };
}

const statement = /^\s*(?:import|export)\s+(type\s+)?(?:([^'"`;]*?)\s+from\s+)?['"]([^'"]+)['"]/gm;
const dynamic = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

function importsOf(file: string, code: string): Import[] {
  const found = [...code.matchAll(statement)].map(([, type, names = '', specifier = '']) => ({
    specifier,
    isType: type !== undefined || isTypeList(names),
  }));
  const late = [...code.matchAll(dynamic)].map(([, specifier = '']) => ({ specifier, isType: false }));
  return [...found, ...late].map(({ specifier, isType }) => {
    const isOwn = specifier.startsWith('.');
    const target = isOwn ? path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier)) : specifier;
    return { target, isOwn, isType };
  });
}

function isTypeList(names: string): boolean {
  const [, inner = 'value'] = /^\{([\s\S]*)\}$/.exec(names.trim()) ?? [];
  return inner.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '));
}
