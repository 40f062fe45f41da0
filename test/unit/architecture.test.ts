import { expect } from 'chai';
import { type Import, type SourceFile, sourceFiles } from '../support/source-files.ts';
import { functionsOf } from '../support/source-functions.ts';

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
  alerts: ['http', 'sync', ...below],
  doctor: ['http', 'sync', ...below],
  // Tools beside the app: they build what they need by themselves.
  cli: ['http', 'portals', 'jobs', 'models', 'lib', 'config'],
};

const inner = ['app/compose-alerts.ts', 'app/compose-portals.ts'];
const composing = [...inner, 'app/compose-doctor.ts', 'app/compose-http.ts', 'app/compose-jobs.ts'];
const features = [...Object.keys(mayImport), 'config'];

/** The files that put everything together, from the outermost inwards, with what else each may import. */
const top: Record<string, readonly string[]> = {
  'app/main.ts': ['app/start.ts', 'config', 'lib'],
  'app/start.ts': ['app/compose.ts', 'app/first-lines.ts', ...features],
  'app/first-lines.ts': ['bitrix24', 'models', 'config'],
  'app/compose.ts': [...composing, ...features],
  'app/compose-http.ts': [...inner, 'app/compose-doctor.ts', ...features],
  'app/compose-jobs.ts': [...inner, ...features],
  'app/compose-doctor.ts': ['app/compose-portals.ts', ...features],
  ...Object.fromEntries(inner.map((file) => [file, features])),
};

/**
 * What the parts of a folder may import of each other: the pipeline of the synchronisation, and the way from pages to connections. A part
 * is a sub-folder, or a file that stands beside the sub-folders. Types count too.
 */
const parts: Record<string, Record<string, readonly string[]>> = {
  'app/sync': {
    'reconcile-job.ts': ['reconcile.ts'],
    'reconcile.ts': ['turn.ts', 'apply', 'faults', 'journal', 'deps.ts'],
    'turn.ts': ['fill-lane.ts', 'in-hand.ts', 'lane.ts', 'apply', 'queue', 'pair.ts'],
    'fill-lane.ts': ['in-hand.ts', 'lane.ts', 'runs', 'apply', 'load', 'plan', 'faults', 'journal', 'queue', 'pair.ts'],
    'in-hand.ts': ['lane.ts', 'apply', 'queue', 'pair.ts'],
    'lane.ts': ['apply', 'plan', 'queue', 'pair.ts'],
    runs: ['load', 'plan', 'journal', 'queue', 'pair.ts', 'deps.ts'],
    apply: ['load', 'plan', 'faults', 'journal', 'queue', 'pair.ts', 'deps.ts'],
    load: ['plan', 'faults', 'queue', 'pair.ts', 'deps.ts'],
    schema: ['load', 'plan', 'faults', 'queue'],
    tasks: ['deps.ts'],
    plan: ['pair.ts'],
    faults: ['journal', 'queue', 'deps.ts'],
    journal: ['queue'],
    queue: [],
    'bulk-turns.ts': [],
    // Types that go through the whole pipeline.
    'pair.ts': ['load', 'plan', 'queue'],
    'deps.ts': ['bulk-turns.ts', 'faults'],
  },
  'app/portals': { pages: ['install', 'connection'], install: ['connection'], connection: [] },
};

/** Tables that one place alone writes; migrations and triggers may, too. */
const writers: { tables: readonly string[]; home: RegExp }[] = [
  { tables: ['sync_queue'], home: /^app\/sync\/queue\// },
  { tables: ['sync_log', 'sync_conflicts', 'integration_errors', 'sync_undo_left'], home: /^app\/sync\/journal\// },
  { tables: ['error_retries', 'error_retry_items', 'conflict_decisions'], home: /^app\/sync\/journal\// },
  {
    tables: ['bitrix24_sync_mappings', 'bitrix24_former_mappings'],
    home: /^app\/sync\/load\/(mappings|mapping-marks|former-mappings|first-links)\.ts$/,
  },
  { tables: ['alert_settings', 'alerts', 'alert_deliveries'], home: /^app\/(alerts|portals\/install\/erase-portal)\b/ },
  { tables: ['sync_faults'], home: /^app\/sync\/faults\// },
  { tables: ['event_probes'], home: /^app\/doctor\/probes\.ts$/ },
  { tables: ['sync_pauses'], home: /^app\/integration\/pauses\.ts$/ },
  { tables: ['list_views'], home: /^app\/integration\/list-views\.ts$/ },
  { tables: ['settings_versions'], home: /^app\/integration\/settings-versions\.ts$/ },
  { tables: ['object_tasks'], home: /^app\/sync\/tasks\/task-store\.ts$/ },
];

/** Packages that one place alone may know. */
const homes: { packages: RegExp; home: RegExp; why: string }[] = [
  { packages: /^(@bitrix24\/|axios)/, home: /^app\/bitrix24\//, why: 'the way to portals' },
  { packages: /^(@?koa|jwks-rsa$)/, home: /^app\/(http\/|.*routes\.ts$)/, why: 'the HTTP server' },
  { packages: /^(graphile-worker|node-cron)$/, home: /^app\/jobs\//, why: 'the job queue' },
  { packages: /^nodemailer$/, home: /^app\/alerts\/email\.ts$/, why: 'the mail server' },
  { packages: /^umzug$/, home: /^app\/models\//, why: 'migrations' },
  { packages: /^bunyan$/, home: /^app\/lib\/log\.ts$/, why: 'the log' },
];

/** Decide by values alone: the same answer for the same arguments, nothing read, nothing written. */
const pure = [
  /^app\/field-maps\//,
  /^app\/lib\/(errors|records|redact|replace-units)\.ts$/,
  /^app\/sync\/plan\/(plan|merge|field-policy|restores|verdict|origin-id)\.ts$/,
  /^app\/sync\/faults\/backoff\.ts$/,
  /^app\/bitrix24\/(calendar-day|errors|error-rows|error-table|installation-error-rows|network-words|item-codec|list-answer|clear-company-fields|webhook-url)\.ts$/,
  /^app\/bitrix24\/limits\/pacer\.ts$/,
];
const purePackages = ['libphonenumber-js/max'];

/** Calls that bring in the present moment, chance or the world outside. */
const impureCalls = /\b(Date\.now\(|new Date\(\)|Math\.random\(|process\.|fetch\(|setTimeout\(|globalThis\b)/;

const [longest, longestFunction, mostParameters] = [300, 50, 4];

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

  it('never imports in a circle, types included', () => {
    const edges = new Map(app.map((file) => [file.path, targetsOf(file)]));
    expect(findCircle(edges)).to.equal(null);
  });

  for (const [folder, allowed] of Object.entries(parts)) {
    it(`keeps the parts of ${folder} in their order, types included`, () => {
      const own = app.filter(({ path }) => path.startsWith(`${folder}/`));
      const found = new Set(own.map(({ path }) => partOf(folder, path)));
      expect([...found]).to.have.members(Object.keys(allowed));
      const wrong = own.flatMap((file) => {
        const from = partOf(folder, file.path);
        const targets = file.imports.filter(({ isOwn, target }) => isOwn && target.startsWith(`${folder}/`));
        return targets
          .filter(({ target }) => ![from, ...(allowed[from] ?? [])].includes(partOf(folder, target)))
          .map(({ target }) => `${file.path} must not import ${target}`);
      });
      expect(wrong).to.deep.equal([]);
    });
  }

  for (const { tables, home } of writers) {
    it(`writes ${tables.join(', ')} in one place`, () => {
      const statement = new RegExp(
        `\\b(insert\\s+into|update|delete\\s+from)\\s+(only\\s+)?(${tables.join('|')})\\b`,
        'i',
      );
      const found = app.filter(({ code }) => statement.test(code));
      expect(pathsOf(found.filter(({ path }) => !home.test(path)))).to.deep.equal([]);
      expect(found).to.not.be.empty;
    });
  }

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
    const lengths = all.map((file) => ({ path: file.path, lines: file.text.split('\n').length - 1 }));
    const long = lengths.filter(({ lines }) => lines > longest);
    expect(long).to.deep.equal([]);
  });

  it(`keeps functions of app/ within ${longestFunction} lines of their own and ${mostParameters} parameters`, () => {
    const wrong = app.flatMap((file) =>
      functionsOf(file)
        .filter(({ lines, parameters }) => lines > longestFunction || parameters > mostParameters)
        .map(({ name, lines, parameters }) => `${file.path} ${name}: ${lines} lines, ${parameters} parameters`),
    );
    expect(wrong).to.deep.equal([]);
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

/** The part of a folder that a file belongs to: its sub-folder, or the file itself. */
function partOf(folder: string, file: string): string {
  const [first = ''] = file.slice(folder.length + 1).split('/');
  return first;
}

function isPure({ path }: { path: string }): boolean {
  return pure.some((pattern) => pattern.test(path));
}

function breaksPurity({ target, isOwn, isType }: Import): boolean {
  if (isType) return false;
  return isOwn ? !isPure({ path: target }) : !purePackages.includes(target);
}

function targetsOf(file: SourceFile): string[] {
  return file.imports.filter(({ isOwn }) => isOwn).map(({ target }) => target);
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
