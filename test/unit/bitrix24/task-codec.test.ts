import { expect } from 'chai';
import { readMoment, readTask } from '../../../app/bitrix24/task-codec.ts';

describe('a task as the portal writes it', () => {
  const read = (wire: Record<string, unknown>) => readTask({ id: '3711', status: '2', ...wire }, 180);

  it('is read with its texts, ids and moments', () => {
    const wire = {
      ...{ title: 'Call', deadline: '2022-05-09T01:00:00+04:00', responsibleId: '7', xmlId: 'mark', closedDate: null },
      ...{ responsible: { id: '7', name: 'Ирина Лисина' }, ufCrmTask: ['D_4271', 'C_84', 'CO_5'] },
    };
    expect(read(wire)).to.deep.include({
      ...{ id: 3711, title: 'Call', responsibleId: 7, responsibleName: 'Ирина Лисина', mark: 'mark', closedAt: null },
      ...{ deadline: new Date('2022-05-08T21:00:00Z'), dealIds: [4271], status: 'pending' },
    });
  });

  it('empty lists and false stand for nothing', () => {
    expect(read({ responsible: [], ufCrmTask: false, deadline: '', xmlId: null })).to.deep.include({
      ...{ responsibleName: null, dealIds: [], deadline: null, mark: null },
    });
  });

  for (const [number, status] of [
    ['2', 'pending'],
    ['3', 'in_progress'],
    ['4', 'supposedly_completed'],
    ['5', 'completed'],
    ['6', 'deferred'],
    ['7', 'declined'],
    ['-1', 'pending'],
    ['-2', 'pending'],
  ] as const) {
    it(`status ${number} is ${status}`, () => expect(read({ status: number })?.status).to.equal(status));
  }

  for (const wire of [true, null, [], {}, { id: '0' }]) {
    it(`${JSON.stringify(wire)} is no task`, () => expect(readTask(wire, 0)).to.equal(null));
  }
});

describe('a moment of a task', () => {
  for (const [text, utc] of [
    ['2026-12-01T18:00:00+03:00', '2026-12-01T18:00:00+03:00'],
    ['2026-12-01T18:00:00Z', '2026-12-01T18:00:00Z'],
    ['2026-12-01T18:00:00', '2026-12-01T18:00:00+05:30'],
    ['2026-12-01 18:00:00', '2026-12-01T18:00:00+05:30'],
    ['2026-12-01T18:00', '2026-12-01T18:00:00+05:30'],
  ] as const) {
    it(`${text} in a portal half past five hours east is ${utc}`, () =>
      expect(readMoment(text, 330)).to.deep.equal(new Date(utc)));
  }

  for (const text of ['', null, undefined, 'soon']) {
    it(`${text} is none`, () => expect(readMoment(text, 0)).to.equal(null));
  }
});
