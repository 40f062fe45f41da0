import { expect } from 'chai';
import { splitComments } from '../../../app/field-maps/comments.ts';
import { objectMap } from '../../../app/field-maps/objects.ts';
import { nothingRemembered } from '../../../app/field-maps/types.ts';
import { storedAs } from './portal-storage.ts';
import { SimulatedPair } from './simulated-pair.ts';

const marker = '——— Axenta: ниже заполняется автоматически ———';
const object = { name: 'Камаз', description: 'Рефрижератор', imei: '356307042441013', type: 'vehicle' };
const ours = `IMEI: ${object.imei}\nТип: vehicle`;

function pairOf(columns: Record<string, unknown> = {}, switches = {}) {
  return new SimulatedPair(objectMap, { ...object, ...columns }, storedAs('deal', switches));
}

interface Case {
  title: string;
  /** What a manager makes of COMMENTS. */
  comments: string;
  description: string | null;
  /** COMMENTS in the end; absent: as the manager left them. */
  afterwards?: string;
}

const cases: Case[] = [
  {
    title: 'a note below the marker is moved above it',
    comments: `Рефрижератор\n\n${marker}\n${ours}\nПозвонить завтра`,
    description: 'Рефрижератор\nПозвонить завтра',
    afterwards: `Рефрижератор\nПозвонить завтра\n\n${marker}\n${ours}`,
  },
  {
    title: 'a note between our lines is moved above the marker',
    comments: `Рефрижератор\n\n${marker}\nIMEI: ${object.imei}\nДоговор: обсудить\nТип: vehicle`,
    description: 'Рефрижератор\nДоговор: обсудить',
    afterwards: `Рефрижератор\nДоговор: обсудить\n\n${marker}\n${ours}`,
  },
  {
    title: 'a note at the end of a line of ours is moved above the marker',
    comments: `Рефрижератор\n\n${marker}\nIMEI: ${object.imei} проверен\nТип: vehicle`,
    description: 'Рефрижератор\nпроверен',
    afterwards: `Рефрижератор\nпроверен\n\n${marker}\n${ours}`,
  },
  {
    title: 'a line of ours that was changed is put right, and never enters the description',
    comments: `Рефрижератор\n\n${marker}\nIMEI: 1\nТип: vehicle`,
    description: 'Рефрижератор',
    afterwards: `Рефрижератор\n\n${marker}\n${ours}`,
  },
  {
    title: 'a marker that was removed is put back, and our lines never enter the description',
    comments: `Рефрижератор\n\n${ours}\nПозвонить завтра`,
    description: 'Рефрижератор\n\nПозвонить завтра',
    afterwards: `Рефрижератор\n\nПозвонить завтра\n\n${marker}\n${ours}`,
  },
  {
    title: 'everything removed: our part is put back, the description is empty',
    comments: '',
    description: null,
    afterwards: `${marker}\n${ours}`,
  },
  ...(
    [
      ['[p]', `[p]Рефрижератор[/p][p]${marker}[/p][p]${ours.replace('\n', '[/p][p]')}[/p]`],
      ['<p>', `<p>Рефрижератор</p><p>${marker}</p><p>${ours.replace('\n', '</p><p>')}</p>`],
      ['<div>', `<div>Рефрижератор</div><div>${marker}</div><div>${ours.replace('\n', '</div><div>')}</div>`],
      ['no line break at all', `Рефрижератор ${marker} ${ours}`],
    ] as const
  ).map(([title, comments]) => ({
    title: `the marker is found in one line with ${title}`,
    comments,
    description: 'Рефрижератор',
  })),
  {
    title: 'a bracket is read from its entity',
    comments: `Машина &#91;резерв&#93;\n\n${marker}\n${ours}`,
    description: 'Машина [резерв]',
  },
  {
    title: 'an entity that somebody wrote out stays written out',
    comments: `Машина &amp;#91;\n\n${marker}\n${ours}`,
    description: 'Машина &#91;',
  },
];

describe('COMMENTS that a manager edits', () => {
  for (const { title, comments, description, afterwards = comments } of cases) {
    it(title, () => {
      const pair = pairOf();
      pair.editRemote({ COMMENTS: comments });
      expect(pair.passesUntilQuiet()).to.be.at.most(1);
      expect(pair.local.description).to.equal(description);
      expect(pair.remote.fields.COMMENTS).to.equal(afterwards);
      expect(pair.conflicts).to.deep.equal([]);
    });
  }

  it('note after note below the marker: none is lost, whatever we had to give up putting right', () => {
    const pair = pairOf();
    for (let note = 1; note <= 6; note += 1) {
      pair.editRemote({ COMMENTS: `${pair.remote.fields.COMMENTS}\nЗаметка ${note}` });
      pair.passesUntilQuiet();
    }
    const notes = [1, 2, 3, 4, 5, 6].map((note) => `Заметка ${note}`);
    expect(String(pair.local.description).split('\n')).to.include.members(notes);
    expect(pair.local.description).not.to.include('IMEI');
  });
});

describe('COMMENTS of which nothing is remembered', () => {
  it('notes below the marker are people’s, whatever stands around them; lines with our labels are ours', () => {
    const comments = `Рефрижератор\n\n${marker}\nзвонить после 18: IMEI?\nIMEI: 1\nоплата [безнал]\nТип: vehicle`;
    expect(splitComments(comments, nothingRemembered)).to.deep.equal({
      above: 'Рефрижератор\nзвонить после 18: IMEI?\nоплата [безнал]',
      below: ['IMEI: 1', 'Тип: vehicle'],
      inOrder: false,
    });
  });
});

describe('COMMENTS of a deal after our edits', () => {
  it('show brackets as entities, and bring them back as they were', () => {
    const pair = pairOf({ description: 'Машина [резерв] [b]' });
    expect(pair.remote.fields.COMMENTS).to.include('Машина &#91;резерв&#93; &#91;b&#93;');
    expect(pair.value('description')).to.deep.equal({ local: 'Машина [резерв] [b]', remote: 'Машина [резерв] [b]' });
    expect(pair.pass()).to.deep.equal([]);
  });

  it('keep notes and markup of people when our part changes', () => {
    const pair = pairOf();
    pair.editRemote({ COMMENTS: `[B]Рефрижератор[/B]\n\n${marker}\n${ours}` });
    pair.passesUntilQuiet();
    pair.editLocal({ imei: '111111111111111' });
    expect(pair.passesUntilQuiet()).to.equal(1);
    expect(pair.remote.fields.COMMENTS).to.equal(
      `[B]Рефрижератор[/B]\n\n${marker}\nIMEI: 111111111111111\nТип: vehicle`,
    );
  });

  it('have no character of four bytes in our part, which such a character would end in old databases', () => {
    const pair = pairOf({ type: 'Камаз 🚚 6520' }, { cutsAtFourBytes: true });
    expect(pair.value('details').remote).to.equal(`IMEI: ${object.imei}\nТип: Камаз 6520`);
  });
});
