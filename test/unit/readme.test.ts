import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { backoffTable, environmentTable } from '../support/readme-tables.ts';

const root = new URL('../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');
const readme = read('README.md');
const serverPage = read('config/README.md');

describe('README.md', () => {
  it('lists every environment variable as config/env.ts has it', () => {
    expect(readme).to.include(environmentTable());
    expect(serverPage).to.include(environmentTable());
  });

  it('shows the pauses as the formula makes them', () => {
    expect(readme).to.include(backoffTable());
  });

  it('gives a reason and the licence of every dependency, and of nothing else', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    const shown = [...readme.matchAll(/^\| `([^`]+)` \| ([^|]+) \| (?:production|development) \| (\S.*) \|$/gm)];
    const licences = Object.keys({ ...dependencies, ...devDependencies }).map((name) => {
      const { license } = JSON.parse(read(`node_modules/${name}/package.json`));
      return `${name}: ${license}`;
    });
    expect(shown.map(([, name, licence]) => `${name}: ${licence}`)).to.have.members(licences);
  });

  it('names scripts, files and folders that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const [, name] of `${readme}${serverPage}`.matchAll(
      /npm (?:run (?:--silent )?|(?=start|test))([a-z]+(?:[:-][a-z]+)*)/g,
    ))
      expect(scripts).to.have.property(String(name));
    const linked = [...serverPage.matchAll(/\]\(([\w./@-]+)\)/g)].map(([, file]) => `config/${file}`);
    expect(linked).to.not.be.empty;
    for (const file of linked) expect(existsSync(fileURLToPath(new URL(file, root))), file).to.equal(true);
    const named = [...readme.matchAll(/^\| `([\w./-]+\/)` \|/gm)].map(([, folder]) => String(folder));
    expect(named).to.not.be.empty;
    for (const folder of named) expect(existsSync(fileURLToPath(new URL(folder, root))), folder).to.equal(true);
  });
});

describe('app/SECURITY.md', () => {
  const page = read('app/SECURITY.md');

  it('names code and tests that exist', () => {
    const code = [...page.matchAll(/`((?:[\w.-]+\/)+[\w-]+\.ts)`/g)].map(([, file]) => `app/${file}`);
    const tests = [...page.matchAll(/`((?:flows|unit|browser)\/[\w/-]+)`/g)].map(([, file]) => `test/${file}.test.ts`);
    expect(code).to.not.be.empty;
    expect(tests).to.not.be.empty;
    for (const file of [...code, ...tests]) expect(existsSync(fileURLToPath(new URL(file, root))), file).to.equal(true);
  });
});
