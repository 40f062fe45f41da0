import { expect } from 'chai';
import { type Import, type SourceFile, sourceFiles } from '../support/source-files.ts';

const app = sourceFiles('app');
const all = ['app', 'config', 'migrations', 'public', 'test'].flatMap(sourceFiles);

const below = ['field-maps', 'bitrix24', 'jobs', 'models', 'lib'];

/** What a folder of app/ may import besides itself. Features know nothing of each other: what two need lies below them. */
const mayImport: Record<string, readonly string[]> = {
  lib: [],
  models: ['lib'],
  jobs: ['models', 'lib'],
  'field-maps': ['lib'],
  bitrix24: ['field-maps', 'lib'],
  sync: below,
  http: ['lib'],
  crm: ['http', 'sync', ...below],
  events: ['http', 'sync', ...below],
  portals: ['http', 'sync', ...below],
  integration: ['http', 'sync', ...below],
  // Tools beside the app: they build what they need by themselves.
  cli: ['http', 'portals', 'models', 'lib', 'config'],
};

/** The files that put everything together, from the outermost inwards, with what else each may import. */
const top: Record<string, readonly string[]> = {
  'app/main.ts': ['app/start.ts', 'config', 'lib'],
  'app/start.ts': ['app/compose.ts', ...Object.keys(mayImport), 'config'],
  'app/compose.ts': ['app/compose-portals.ts', ...Object.keys(mayImport), 'config'],
  'app/compose-portals.ts': [...Object.keys(mayImport), 'config'],
};

/** Packages that one place alone may know. */
const homes: { packages: RegExp; home: RegExp; why: string }[] = [
  { packages: /^(@bitrix24\/|axios)/, home: /^app\/bitrix24\//, why: 'the way to portals' },
  { packages: /^(@?koa|jwks-rsa$)/, home: /^app\/(http\/|.*routes\.ts$)/, why: 'the HTTP server' },
  { packages: /^(graphile-worker|node-cron)$/, home: /^app\/jobs\//, why: 'the job queue' },
  { packages: /^umzug$/, home: /^app\/models\//, why: 'migrations' },
  { packages: /^bunyan$/, home: /^app\/lib\/log\.ts$/, why: 'the log' },
];

/** Decide by values alone: the same answer for the same arguments, nothing read, nothing written. */
const pure = [
  /^app\/field-maps\//,
  /^app\/lib\/(errors|records|redact)\.ts$/,
  /^app\/sync\/plan\/(plan|merge|origin-id)\.ts$/,
  /^app\/sync\/faults\/backoff\.ts$/,
  /^app\/bitrix24\/(calendar-day|errors|error-rows|error-table|item-codec|list-answer|clear-company-fields|webhook-url)\.ts$/,
  /^app\/bitrix24\/limits\/pacer\.ts$/,
];
const purePackages = ['libphonenumber-js'];

/** Calls that bring in the present moment, chance or the world outside. */
const impureCalls = /\b(Date\.now\(|new Date\(\)|Math\.random\(|process\.|fetch\(|setTimeout\(|globalThis\b)/;

const longest = 300;

describe('architecture', () => {
  it('has source files to look at, each in a folder that the table knows', () => {
    expect(app.length).to.be.greaterThan(100);
    const unknown = app.filter((file) => !(folderOf(file.path) in mayImport) && !(file.path in top));
    expect(pathsOf(unknown)).to.deep.equal([]);
  });

  it('imports one way', () => {
    const wrong = app.flatMap((file) =>
      file.imports
        .filter((one) => one.isOwn && !isAllowed(file, one))
        .map((one) => `${file.path} must not import ${one.target}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('never imports in a circle at run time', () => {
    const edges = new Map(app.map((file) => [file.path, targetsOf(file)]));
    expect(findCircle(edges)).to.equal(null);
  });

  it('never imports a test', () => {
    const wrong = [...app, ...sourceFiles('config'), ...sourceFiles('migrations')].filter((file) =>
      file.imports.some(({ target }) => target.startsWith('test/')),
    );
    expect(pathsOf(wrong)).to.deep.equal([]);
  });

  for (const { packages, home, why } of homes) {
    it(`lets one place alone know the packages of ${why}`, () => {
      const isStranger = (file: SourceFile) =>
        !home.test(file.path) && file.imports.some(({ target, isOwn }) => !isOwn && packages.test(target));
      expect(pathsOf(app.filter(isStranger))).to.deep.equal([]);
      expect(
        app.some((file) => home.test(file.path) && file.imports.some(({ target }) => packages.test(target))),
      ).to.equal(true);
    });
  }

  it('reads the environment in config/ alone', () => {
    expect(
      pathsOf([...app, ...sourceFiles('migrations')].filter(({ code }) => code.includes('process.env'))),
    ).to.deep.equal([]);
  });

  it('speaks through the log, except where a person sits at the terminal', () => {
    const wrong = app.filter(({ code, path }) => /\bconsole\./.test(code) && !/^app\/(main\.ts|cli\/)/.test(path));
    expect(pathsOf(wrong)).to.deep.equal([]);
  });

  it('keeps pure files pure', () => {
    const files = app.filter(isPure);
    expect(files.length).to.be.greaterThan(15);
    const wrong = files.flatMap((file) => [
      ...file.imports.filter(breaksPurity).map(({ target }) => `${file.path} imports ${target}`),
      ...(impureCalls.test(file.code) ? [`${file.path} calls ${impureCalls.exec(file.code)?.[0]}`] : []),
    ]);
    expect(wrong).to.deep.equal([]);
  });

  it(`keeps files within ${longest} lines`, () => {
    const long = all
      .map((file) => ({ path: file.path, lines: file.text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > longest);
    expect(long).to.deep.equal([]);
  });

  it('exports by name', () => {
    expect(
      pathsOf(
        all.filter(
          ({ path, code }) =>
            !path.endsWith('.config.ts') && /^\s*export\s+(default\b|\{[^}]*\bas default\b)/m.test(code),
        ),
      ),
    ).to.deep.equal([]);
  });

  it('runs every test', () => {
    const tests = all.filter(({ path }) => path.startsWith('test/') && path.endsWith('.test.ts'));
    const left = tests.filter(({ code }) =>
      /\b(describe|it|context|specify)\.(only|skip)\(|\bx(it|describe)\(|this\.skip\(/.test(code),
    );
    expect(pathsOf(left)).to.deep.equal([]);
  });

  it('names folders and files by what they are about', () => {
    const vague = /(^|\/)(utils?|helpers?|common|misc|shared)(\/|\.[a-z]+$)/;
    expect(pathsOf(all.filter(({ path }) => !path.startsWith('public/') && vague.test(path)))).to.deep.equal([]);
  });
});

function folderOf(file: string): string {
  const [first = '', second = '', ...rest] = file.split('/');
  if (first !== 'app') return first;
  return rest.length > 0 ? second : file;
}

function isAllowed(file: SourceFile, { target }: Import): boolean {
  const from = folderOf(file.path);
  const to = folderOf(target);
  return from === to || (top[file.path] ?? mayImport[from] ?? []).includes(to);
}

function isPure({ path }: { path: string }): boolean {
  return pure.some((pattern) => pattern.test(path));
}

function breaksPurity({ target, isOwn, isType }: Import): boolean {
  if (isType) return false;
  return isOwn ? !isPure({ path: target }) : !purePackages.includes(target);
}

function targetsOf(file: SourceFile): string[] {
  return file.imports.filter(({ isOwn, isType }) => isOwn && !isType).map(({ target }) => target);
}

function findCircle(edges: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): string[] | null => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return null;
    done.add(file);
    for (const target of edges.get(file) ?? []) {
      const circle = walk(target, [...way, file]);
      if (circle) return circle;
    }
    return null;
  };
  for (const file of edges.keys()) {
    const circle = walk(file, []);
    if (circle) return circle;
  }
  return null;
}

function pathsOf(files: readonly SourceFile[]): string[] {
  return files.map((file) => file.path);
}
