import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('phones and e-mails of a contact', () => {
  for (const [title, switches] of [
    ['a current portal', {}],
    ['a portal that leaves multifields out of its answers', { fmInWriteAnswers: false }],
  ] as const) {
    describe(title, () => {
      let world: World;
      let tenant: Tenant;

      before(async () => {
        world = await startWorld({ portal: { switches } });
        tenant = await world.addTenant();
        await world.connectWithEvents(tenant);
        await world.call(tenant.token, 'POST', '/api/users', {
          name: 'Анна Смирнова',
          email: 'anna@mail.example',
          phone: '+79121112233',
        });
        await world.settled();
      });
      after(() => world.stop());

      const contact = () =>
        world.remoteOf(tenant, 'user', 1) as Promise<
          Record<string, { ID: string; VALUE: string }[] | undefined> & { ID: string }
        >;

      it("keep a manager's own numbers when ours changes", async () => {
        const { ID } = await contact();
        world.portal
          .records('contact')
          .update(Number(ID), { PHONE: [{ VALUE: '+74950000000', VALUE_TYPE: 'MOBILE' }] });
        await world.settled();
        await world.call(tenant.token, 'PUT', '/api/users/1', { phone: '+79129998877' });
        await world.settled();
        const { PHONE } = await contact();
        expect(PHONE?.map((item) => item.VALUE)).to.deep.equal(['+79129998877', '+74950000000']);
      });

      it('come back when a manager edits ours', async () => {
        const { ID, EMAIL } = await contact();
        const change = { ID: EMAIL?.[0]?.ID, VALUE: 'Anna.New@mail.example' };
        world.portal.records('contact').update(Number(ID), { EMAIL: [change] });
        await world.settled();
        const [user] = await world.sql('select email, phone from users');
        expect(user).to.deep.equal({ email: 'anna.new@mail.example', phone: '+79129998877' });
      });

      it('are emptied on both sides when ours is emptied', async () => {
        await world.call(tenant.token, 'PUT', '/api/users/1', { email: null });
        await world.settled();
        expect((await contact()).EMAIL).to.equal(undefined);
        world.portal.journal.clear();
        await world.sql('update users set updated_at = now()');
        await world.settled();
        expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
      });
    });
  }
});
