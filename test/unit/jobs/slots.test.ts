import { expect } from 'chai';
import { makeSlots } from '../../../app/jobs/slots.ts';

describe('slots of the lanes', () => {
  const slots = () =>
    makeSlots([
      { tasks: ['reconcile'], slots: 2 },
      { tasks: ['sweep', 'offline'], slots: 1 },
    ]);

  it('are as many as all lanes have together', () => expect(slots().count).to.equal(3));

  it('leave no task out while there is room', () => {
    const own = slots();
    own.take('reconcile');
    expect(own.fullTasks()).to.deep.equal([]);
  });

  it('leave all tasks of a full lane out, and no other', () => {
    const own = slots();
    own.take('offline');
    expect(own.fullTasks()).to.deep.equal(['sweep', 'offline']);
    own.take('reconcile');
    own.take('reconcile');
    expect(own.fullTasks()).to.deep.equal(['reconcile', 'sweep', 'offline']);
  });

  it('are there again when their job has ended', () => {
    const own = slots();
    own.take('sweep');
    own.free('sweep');
    expect(own.fullTasks()).to.deep.equal([]);
  });

  it('do not count a task of no lane', () => {
    const own = slots();
    own.take('bind');
    expect(own.fullTasks()).to.deep.equal([]);
  });
});
