import { expect } from 'chai';
import { taskEventOf } from '../../../app/events/event-names.ts';

describe('the task that an event speaks of', () => {
  const fields = { ID: '123' };
  for (const [name, data, taskId] of [
    ['ONTASKADD', { FIELDS_BEFORE: 'undefined', FIELDS_AFTER: fields }, 123],
    ['OnTaskUpdate', { FIELDS_BEFORE: fields, FIELDS_AFTER: fields }, 123],
    ['ONTASKDELETE', { FIELDS_BEFORE: fields, FIELDS_AFTER: 'undefined' }, 123],
  ] as const) {
    it(`${name}: ${taskId}`, () => expect(taskEventOf(name, data)).to.deep.equal({ taskId }));
  }

  for (const [name, data] of [
    ['ONTASKUPDATE', undefined],
    ['ONTASKUPDATE', { FIELDS_AFTER: { ID: '0' } }],
    ['ONTASKUPDATE', { FIELDS_AFTER: { ID: '99999999999' } }],
    ['ONTASKUPDATE', { FIELDS_AFTER: null, FIELDS_BEFORE: 'undefined' }],
    ['ONTASKCOMMENTADD', { FIELDS_AFTER: fields }],
    ['ONCRMDEALUPDATE', { FIELDS: fields }],
  ] as const) {
    it(`${name} with ${JSON.stringify(data)}: none`, () => expect(taskEventOf(name, data)).to.equal(null));
  }
});
